using Orchestrator.Messages;
using Orchestrator.QualityGates;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Tasks;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// The steps of a task, as activities: they translate, say that they are alive, and leave the deeds to the classes named.
/// </summary>
public sealed class TaskActivities : ITaskActivities
{
    private readonly TaskPreparation _preparation;
    private readonly AgentRunStep _turn;
    private readonly TaskVerification _verification;
    private readonly TaskMerge _merge;
    private readonly RunServices _services;

    /// <summary>Puts the steps together.</summary>
    public TaskActivities(RunServices services)
    {
        _services = services;
        _preparation = new TaskPreparation(services);
        _turn = new AgentRunStep(services);
        _verification = new TaskVerification(services);
        _merge = new TaskMerge(services, CallingExecution.AskAsync);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input) =>
        Heartbeats.WhileAsync(stop => _preparation.PrepareAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<AgentRunResult> RunAgentAsync(RunAgentInput input) => Heartbeats.FollowAsync(execution => _turn.RunAsync(input, execution));

    /// <inheritdoc/>
    [Activity]
    public Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input) =>
        Heartbeats.WhileAsync(stop => _verification.VerifyAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<MergeResult> MergeTaskAsync(MergeTaskInput input) => Heartbeats.WhileAsync(stop => _merge.MergeAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task ReleaseTaskAsync(ReleaseTaskInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            await _preparation.ReleaseAsync(input, stop);
            await WorktreeResourceClaims.Of(_services.Environment).ReleaseThoseThatAreOverAsync(stop);
            return true;
        });
}
