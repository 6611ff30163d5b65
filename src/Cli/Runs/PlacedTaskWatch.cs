using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Moving;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Ends agents of tasks that were placed on this host by a worker before, and that another host has by now.</summary>
/// <param name="engine">The server of the runs: it says where a task is.</param>
/// <param name="repositories">Repositories of this worker, as runs name them.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Takes what was ended.</param>
internal sealed class PlacedTaskWatch(
    EngineConnection engine,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    CommandContext context,
    ILogger log
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly StoredRunCache _runs = new();
    private readonly TaskShare _share = new(context.Services, remote: null);

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var (location, reference) in repositories)
            {
                // A host's copy of a run's record may be older than its end.
                foreach (var run in _runs.List(location).Where(run => run.Status.Queue != reference.Queue))
                {
                    foreach (var task in _share.FindLeft(run.Id, reference))
                    {
                        await LookAsync(run.Id, task, reference, stop);
                    }
                }
            }
            await Task.Delay(Pause, context.Time, stop);
        }
    }

    private async Task LookAsync(string runId, string task, RepositoryReference reference, CancellationToken stop)
    {
        try
        {
            if (!await IsHereAsync(runId, task, reference, stop))
            {
                log.TaskLeft(runId, task);
                await _share.LeaveAsync(runId, reference, task);
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Where the server can't be asked, its agent goes on: the next time is near.
            log.RunNotShared(runId, missed);
        }
    }

    private async Task<bool> IsHereAsync(string runId, string task, RepositoryReference reference, CancellationToken stop)
    {
        var rpc = new Temporalio.Client.RpcOptions { CancellationToken = stop };
        var workflow = MessageJson.Speaking(engine.Client).GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(runId, task));
        try
        {
            if ((await workflow.DescribeAsync(new() { Rpc = rpc })).Status != WorkflowExecutionStatus.Running)
            {
                return false;
            }
        }
        catch (RpcException absent) when (absent.Code == RpcException.StatusCode.NotFound)
        {
            return false;
        }
        var report = await workflow.QueryAsync(known => known.Status(), new() { Rpc = rpc });
        return report.Progress.Host == MachineName.Of(reference).ToString();
    }
}
