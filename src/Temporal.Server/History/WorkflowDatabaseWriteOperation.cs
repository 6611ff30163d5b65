using Temporal.Server.Storage;
using Temporal.Server.Visibility;

namespace Temporal.Server.History;

/// <summary>The database writes for one change to a workflow.</summary>
internal sealed class WorkflowDatabaseWriteOperation(
    SingleWorkflowRunCache workflow,
    VisibilityStore visibility,
    Action<WorkflowDatabaseWriteOperation> committed,
    Action<WorkflowDatabaseWriteOperation, Exception> failed
) : DatabaseWriteOperation
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SingleWorkflowRunCache Workflow { get; } = workflow;

    public List<WorkflowRunChangeDatabaseWriter> Runs { get; } = [];

    /// <summary>Completed to wake the callers that are waiting for new events of the workflow.</summary>
    public required TaskCompletionSource Changed { get; init; }

    /// <summary>The run that becomes the current one, or null if the current run stays the same.</summary>
    public MutableState? NewCurrent { get; set; }

    public Task Done => _done.Task;

    public override bool CannotSucceed => Workflow.CannotSucceed;

    public override void Write(SqliteConnection db)
    {
        foreach (var run in Runs)
        {
            run.Write(db, visibility);
        }

        if (NewCurrent is { } current)
        {
            WorkflowRunSqlTable.SetCurrent(db, current.Name);
        }
    }

    public override void Committed()
    {
        committed(this);
        _done.SetResult();
    }

    public override void Failed(Exception exception)
    {
        failed(this, exception);
        _done.SetException(GrpcErrorFactory.Unavailable("the change could not be made durable: " + exception.Message, exception));
        _ = _done.Task.Exception;
    }
}
