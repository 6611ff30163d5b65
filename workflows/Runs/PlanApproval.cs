namespace Orchestrator.Workflows.Runs;

/// <summary>Waits for a user's approval of a plan. No answer in time counts as rejected.</summary>
internal sealed class PlanApproval(RunContext context)
{
    private readonly RunState _state = context.State;

    /// <summary>Requests the approval.</summary>
    /// <param name="why">Reason for the approval, or null if none is needed.</param>
    /// <returns>Reason why the plan can't start, or null if it may.</returns>
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
