namespace Orchestrator.Workflows.Runs;

/// <summary>Waits for a person's approval of a plan. No answer in time means no.</summary>
internal sealed class PlanApproval(RunContext context)
{
    private readonly RunState _state = context.State;

    /// <summary>Asks.</summary>
    /// <param name="why">Why a person is asked; null: no approval is needed.</param>
    /// <returns>Why the plan may not begin; null: it may.</returns>
    public async Task<Reason?> AskAsync(Reason? why)
    {
        if (why is null)
        {
            return null;
        }
        context.TransitionTo(RunStates.AwaitingApproval, why);
        await TimedWaits.UntilAsync(
            () => _state.PlanAnswer is not null || _state.IsCancelled,
            _state.Rules.ApprovalTimeout,
            $"Until no answer counts as no: {why}"
        );
        context.ThrowIfCancelled();
        return _state.PlanAnswer switch
        {
            { Accepted: true } => null,
            { } no => new PlanRejected(no.By),
            null => new PlanNotApprovedInTime(),
        };
    }
}
