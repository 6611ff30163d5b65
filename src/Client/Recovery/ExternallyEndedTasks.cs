namespace Orchestrator.Client;

/// <summary>
/// Finds tasks that another client terminated, and notifies their runs. The server does not notify a run that continued as new or was
/// reset, because its new execution is not the tasks' parent. Remembers which tasks it has reported. Not thread-safe.
/// </summary>
/// <param name="client">Client of the server that hosts the runs.</param>
public sealed class ExternallyEndedTasks(ITemporalClient client)
{
    private readonly ITemporalClient _client = PayloadJsonOptions.Speaking(client);
    private HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Notifies open runs about their terminated tasks. A run that already knows about such a task ignores the signal.</summary>
    /// <returns>Reports that were sent in this call.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<TaskReport>> NotifyRunsAsync(CancellationToken cancellation = default)
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
                if (!_told.Contains(task.RunId) && await ReportEndAsync(run.Id, task, rpc) is { } report)
                {
                    told.Add(report);
                }
            }
        }
        _told = lost;
        return told;
    }

    /// <summary>
    /// Sends the final report on behalf of a terminated task. The report applies only to the terminated execution, and its number is higher
    /// than that of any other report.
    /// </summary>
    private async Task<TaskReport?> ReportEndAsync(string runId, WorkflowExecution task, RpcOptions rpc)
    {
        var end = await ClosedExecution.LastEventAsync(_client.GetWorkflowHandle(task.Id, task.RunId), rpc);
        var report = new TaskReport
        {
            Progress = new TaskProgress
            {
                Id = RunIds.TaskOf(runId, task.Id),
                State = TaskStateNames.Failed,
                Why = new TaskWorkflowEndedSilentlyReason(ClosedExecution.ReasonOf(end)),
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
