using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>
/// Signals a repository's lease workflow on behalf of a run. Looks up in the plan which files and resources the tasks need, because
/// workflows know only the ids of tasks.
/// </summary>
internal sealed class RunLeaseClient(RunServiceBundle services, ITemporalClient client)
{
    public async Task SendUpdateAsync(SendLeaseSignalInput input)
    {
        switch (input.Step)
        {
            case LeaseSignalKind.Join:
                await SignalAsync(input, w => w.JoinAsync(input.RunId));
                break;
            case LeaseSignalKind.Leave:
                await SignalAsync(input, w => w.LeaveAsync(input.RunId));
                break;
            case LeaseSignalKind.Hold:
                var held = TaskLeaseRequestBuilder.Of(input, services);
                await SignalAsync(input, w => w.HoldAsync(input.RunId, held));
                break;
            case LeaseSignalKind.Ask:
                foreach (var request in TaskLeaseRequestBuilder.Of(input, services))
                {
                    await SignalAsync(input, w => w.AskAsync(request));
                }
                break;
            default:
                foreach (var task in input.Tasks)
                {
                    await SignalAsync(input, w => w.ReleaseAsync(input.RunId, task));
                }
                break;
        }
    }

    /// <summary>
    /// Returns the leases that tasks of all runs in a repository hold or are waiting for. Empty if only one run is active, because its
    /// tasks need no leases.
    /// </summary>
    public async Task<IReadOnlyList<LeaseRequest>> ListAsync(RepositoryReference repository, CancellationToken stop)
    {
        var leases = client.GetWorkflowHandle<ILeaseWorkflow>(RunIds.ForLeases(repository.Key));
        var untilStopped = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } };
        try
        {
            var state = await leases.QueryAsync(w => w.Status(), untilStopped);
            return [.. state.Held, .. state.Waiting];
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition)
        {
            return [];
        }
    }

    /// <summary>Returns the ids of the given runs that are no longer open.</summary>
    public async Task<IReadOnlyList<string>> FindEndedAsync(IReadOnlyList<string> runIds)
    {
        var ended = new List<string>();
        foreach (var id in runIds)
        {
            if (!await OpenWorkflowChecker.IsOpenAsync(client.GetWorkflowHandle(id)))
            {
                ended.Add(id);
            }
        }
        return ended;
    }

    private async Task SignalAsync(SendLeaseSignalInput input, System.Linq.Expressions.Expression<Func<ILeaseWorkflow, Task>> signal)
    {
        var options = new WorkflowOptions(RunIds.ForLeases(input.Repository.Key), QueueNames.Workflows);
        options.SignalWithStart(signal);
        var state = new LeaseWorkflowState { Queue = input.Repository.Queue };
        await client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(state), options);
    }
}
