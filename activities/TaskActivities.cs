using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// The steps of a task, as activities: they translate, send heartbeats, and leave the work to the classes named. What each does is
/// documented at the interface.
/// </summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class TaskActivities(RunServices services) : ITaskActivities
{
    private readonly TaskPreparation _preparation = new(services);
    private readonly AgentRunStep _agentRun = new(services);
    private readonly TaskVerification _verification = new(services);

    [Activity]
    public Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input) =>
        Heartbeats.WhileAsync(stop => _preparation.PrepareAsync(input, stop));

    [Activity]
    public Task<AgentRunResult> RunAgentAsync(RunAgentInput input) =>
        Heartbeats.FollowAsync(execution => _agentRun.RunAsync(input, execution));

    [Activity]
    public Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input) =>
        Heartbeats.WhileAsync(stop => _verification.VerifyAsync(input, stop));

    [Activity]
    public Task ReleaseTaskAsync(ReleaseTaskInput input) => Heartbeats.WhileAsync(stop => _preparation.ReleaseAsync(input, stop));
}
