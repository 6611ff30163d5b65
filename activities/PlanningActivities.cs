using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Planning;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// The steps of planning, as activities: they translate, say that they are alive, and leave the deeds to the classes named.
/// </summary>
public sealed class PlanningActivities : IPlanningActivities
{
    private readonly PlanningStart _start;
    private readonly PlannerRunStep _turn;
    private readonly PlanningEnd _end;
    private readonly Replanning _replanning;

    /// <summary>Puts the steps together.</summary>
    public PlanningActivities(RunServices services)
    {
        _start = new PlanningStart(services);
        _turn = new PlannerRunStep(services);
        _end = new PlanningEnd(services);
        _replanning = new Replanning(services);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<PlanningBegun> BeginPlanningAsync(BeginPlanningInput input) =>
        Heartbeats.WhileAsync(stop => _start.BeginAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<AgentRunResult> AskPlannerAsync(AskPlannerInput input) =>
        Heartbeats.FollowAsync(execution => _turn.AskAsync(input, execution));

    /// <inheritdoc/>
    [Activity]
    public Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input) => Task.FromResult(AnswerCheck.Judge(input));

    /// <inheritdoc/>
    [Activity]
    public Task<PlanningBegun> BeginReplanAsync(BeginReplanInput input) =>
        Heartbeats.WhileAsync(stop => _replanning.BeginAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input) => Task.FromResult(_replanning.Conclude(input));

    /// <inheritdoc/>
    [Activity]
    public Task<string> EndPlanningAsync(EndPlanningInput input) => Heartbeats.WhileAsync(stop => _end.EndAsync(input, stop));
}
