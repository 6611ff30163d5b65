using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Client;

namespace Orchestrator.Activities;

/// <summary>
/// Tells the leases of a repository what a run does: what a task needs is read from the plan here, because workflows know only ids.
/// </summary>
internal sealed class RunLeases(RunServices services, ITemporalClient client)
{
    public async Task TellAsync(LeaseInput input)
    {
        switch (input.Step)
        {
            case LeaseStep.Join:
                await SignalAsync(input, w => w.JoinAsync(input.RunId));
                break;
            case LeaseStep.Leave:
                await SignalAsync(input, w => w.LeaveAsync(input.RunId));
                break;
            case LeaseStep.Hold:
                var held = LeaseRequests.Of(input, services);
                await SignalAsync(input, w => w.HoldAsync(input.RunId, held));
                break;
            case LeaseStep.Ask:
                foreach (var request in LeaseRequests.Of(input, services))
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

    /// <summary>Those that are not open any more.</summary>
    public async Task<IReadOnlyList<string>> FindEndedAsync(IReadOnlyList<string> runIds)
    {
        var ended = new List<string>();
        foreach (var id in runIds)
        {
            if (!await WorkflowState.IsOpenAsync(client.GetWorkflowHandle(id)))
            {
                ended.Add(id);
            }
        }
        return ended;
    }

    private async Task SignalAsync(LeaseInput input, System.Linq.Expressions.Expression<Func<ILeaseWorkflow, Task>> signal)
    {
        var options = new WorkflowOptions(RunIds.ForLeases(input.Repository.Key), TaskQueues.Workflows);
        options.SignalWithStart(signal);
        var state = new LeaseState { Queue = input.Repository.Queue };
        await client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(state), options);
    }
}
