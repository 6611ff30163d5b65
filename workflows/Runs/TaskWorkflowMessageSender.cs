using System.Linq.Expressions;

namespace Orchestrator.Workflows.Runs;

/// <summary>Sends signals and queries to the workflows of tasks.</summary>
internal sealed class TaskWorkflowMessageSender(RunWorkflowComponentContext context)
{
    /// <summary>Creates the merge result for a task whose waiting work is not merged, for example because the run ends.</summary>
    public static MergeResult NotMerged(string task, int attempt) =>
        new()
        {
            TaskId = task,
            Attempt = attempt,
            Message = "The run is being cancelled.",
            FailureClass = FailureClass.Environment,
        };

    public Task SendAsync(string task, Expression<Func<ITaskWorkflow, Task>> signal) =>
        context.Calls.TrackAsync(async () =>
        {
            try
            {
                await Workflow
                    .GetExternalWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(context.State.RunId, task))
                    .SignalAsync(signal, new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
            }
            catch (FailureException)
            {
                // The task's workflow has ended. It needs no signal, and the run receives its end in any case.
            }
        });

    /// <summary>Sends the signals in order.</summary>
    public async Task SendAsync(IReadOnlyList<OutgoingTaskWorkflowSignal> messages)
    {
        foreach (var message in messages)
        {
            await SendAsync(message.Task, message.Signal);
        }
    }

    /// <summary>Queries the last report of a task's workflow. Returns the report, or null if none is available.</summary>
    public Task<TaskReport?> ReadAsync(PlanTaskWithProgress entry)
    {
        var read = new ReadTaskInput(context.State.RunId, entry.Id);
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTaskAsync(read), context.Short);
    }

    /// <summary>
    /// Queries the workflow of a running task once after the run continued as new. That workflow is not a child of this execution, which
    /// might otherwise miss the task's end.
    /// </summary>
    public Task AskAsync(PlanTaskWithProgress entry) =>
        context.Calls.TrackAsync(async () =>
        {
            if (await ReadAsync(entry) is { } report)
            {
                TaskWorkflowReportHandler.HandleReport(context.State, report, RunWorkflowComponentContext.Now);
            }
            else
            {
                TaskWorkflowReportHandler.Lost(
                    context.State.Board,
                    entry,
                    entry.ExecutionId,
                    new TaskWorkflowMissingReason(),
                    RunWorkflowComponentContext.Now
                );
            }
        });

    /// <summary>Cancels all running tasks.</summary>
    public Task CancelAllAsync() =>
        SendAsync([.. context.State.Board.AtWork.Select(e => new OutgoingTaskWorkflowSignal(e.Id, t => t.CancelAsync()))]);
}
