using Temporal.Server.History;
using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Verification;

/// <summary>Checks that a run's visibility row agrees with the run's state.</summary>
internal sealed class VisibilityRowVerifier(WorkflowExecutionInfo? row, MutableState run, Action<string, string, string> report)
{
    public void Compare()
    {
        var expected = VisibilityRecords.Of(run);
        if (row is null)
        {
            report("visibility", "", "a row");
            return;
        }

        Equal("status", row.Status, expected.Status);
        Equal("workflow_type", row.Type.Name, expected.WorkflowType);
        Equal("task_queue", row.TaskQueue, expected.TaskQueue);
        Equal("start_time", row.StartTime.Time(), expected.StartTime);
        Equal("execution_time", row.ExecutionTime.Time(), expected.ExecutionTime);
        Equal("close_time", row.CloseTime?.Time(), expected.CloseTime);
        Equal("parent_workflow_id", row.ParentExecution?.WorkflowId, expected.ParentWorkflowId);
        Equal("parent_run_id", row.ParentExecution?.RunId, expected.ParentRunId);
        Equal("root_workflow_id", row.RootExecution.WorkflowId, expected.RootWorkflowId);
        Equal("root_run_id", row.RootExecution.RunId, expected.RootRunId);
        Equal("memo", row.Memo ?? new Memo(), expected.Memo ?? new Memo());
        Equal(
            "search_attributes",
            row.SearchAttributes ?? new SearchAttributes(),
            VisibilityStore.RegisteredAttributes(expected.SearchAttributes) ?? new SearchAttributes()
        );
        if (!run.IsOpen)
        {
            Equal("history_length", row.HistoryLength, expected.HistoryLength);
            Equal("history_size", row.HistorySizeBytes, expected.HistorySizeBytes);
        }
    }

    private void Equal<T>(string field, T stands, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(stands, expected))
        {
            report("visibility " + field, StoredExecutionVerifier.Text(stands), StoredExecutionVerifier.Text(expected));
        }
    }
}
