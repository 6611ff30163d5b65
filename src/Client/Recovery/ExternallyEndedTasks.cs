namespace Orchestrator.Client;

/// <summary>Detects externally ended tasks by polling and notifies their runs. A run that continued as new or was reset is no longer the
/// parent of tasks that an earlier execution started. The server does not notify it if such a task is terminated, and a terminated task
/// can't report its end. Remembers its reports. Not thread-safe.</summary>
/// <param name="client">Client of the server that hosts the runs.</param>
public sealed class ExternallyEndedTasks(ITemporalClient client)
{
    private readonly ITemporalClient _client = MessageJson.Speaking(client);
    private HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Notifies open runs of their externally ended tasks. A run that already knows of the end ignores the signal.</summary>
    /// <returns>The new reports.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<TaskReport>> LookAsync(CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var (lost, told) = (new HashSet<string>(StringComparer.Ordinal), new List<TaskReport>());
        await foreach (var run in _client.ListWorkflowsAsync(RunClient.OpenRuns).WithCancellation(cancellation))
        {
            await foreach (var task in _client.ListWorkflowsAsync(RunIds.LostChildrenQuery(run.Id)).WithCancellation(cancellation))
            {
                if (task.ParentId != run.Id)
                {
                    continue;
                }
                lost.Add(task.RunId);
                if (!_told.Contains(task.RunId) && await TellAsync(run.Id, task, rpc) is { } report)
                {
                    told.Add(report);
                }
            }
        }
        _told = lost;
        return told;
    }

    /// <summary>Sends the final report that the task could not send. It applies only to that execution and is numbered after all its other
    /// reports.</summary>
    private async Task<TaskReport?> TellAsync(string runId, WorkflowExecution task, RpcOptions rpc)
    {
        var end = await ClosedExecution.LastEventAsync(_client.GetWorkflowHandle(task.Id, task.RunId), rpc);
        var report = new TaskReport
        {
            Progress = new TaskProgress
            {
                Id = RunIds.TaskOf(runId, task.Id),
                State = TaskStates.Failed,
                Why = new WorkflowEnded(ClosedExecution.WhyOf(end)),
            },
            ExecutionId = task.RunId,
            Sequence = TaskReport.FinalSequence,
        };
        try
        {
            await _client
                .GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(runId)
                .SignalAsync(w => w.TaskChangedAsync(report), new WorkflowSignalOptions { Rpc = rpc });
            return report;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return null; // The run has ended since it was listed.
        }
    }
}
