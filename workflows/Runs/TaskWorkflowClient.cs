using System.Linq.Expressions;

namespace Orchestrator.Workflows.Runs;

/// <summary>Sends signals and queries to the workflows of tasks.</summary>
internal sealed class TaskWorkflowClient(RunComponentContext context)
{
    /// <summary>Creates the result for a task that is waiting for its merge when the run ends.</summary>
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
    public async Task SendAsync(IReadOnlyList<TaskWorkflowSignal> messages)
    {
        foreach (var message in messages)
        {
            await SendAsync(message.Task, message.Signal);
        }
    }

    /// <summary>Queries the last report of a task's workflow. Null if none is available.</summary>
    public Task<TaskReport?> ReadAsync(TrackedRunTask entry)
    {
        var read = new ReadTaskInput(context.State.RunId, entry.Id);
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTaskAsync(read), context.Short);
    }

    /// <summary>
    /// Queries a task once after continue-as-new. The task is then not a child of this execution, which would otherwise miss the task's
    /// end.
    /// </summary>
    public Task AskAsync(TrackedRunTask entry) =>
        context.Calls.TrackAsync(async () =>
        {
            if (await ReadAsync(entry) is { } report)
            {
                TaskWorkflowReportHandler.HandleReport(context.State, report, RunComponentContext.Now);
            }
            else
            {
                TaskWorkflowReportHandler.Lost(
                    context.State.Board,
                    entry,
                    entry.ExecutionId,
                    new TaskWorkflowMissingReason(),
                    RunComponentContext.Now
                );
            }
        });

    /// <summary>Cancels all running tasks.</summary>
    public Task CancelAllAsync() =>
        SendAsync([.. context.State.Board.AtWork.Select(e => new TaskWorkflowSignal(e.Id, t => t.CancelAsync()))]);
}
