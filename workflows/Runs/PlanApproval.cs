namespace Orchestrator.Workflows.Runs;

/// <summary>Waits for a person's approval of a plan. No answer in time means no.</summary>
internal sealed class PlanApproval(RunContext context)
{
    private readonly RunState _state = context.State;

    /// <summary>Asks.</summary>
    /// <param name="reason">Why a person is asked; empty: no approval is needed.</param>
    /// <returns>Why the plan may not begin; null: it may.</returns>
    public async Task<string?> AskAsync(string reason)
    {
        if (reason.Length == 0)
        {
            return null;
        }
        context.TransitionTo(RunStates.AwaitingApproval, reason);
        await TimedWaits.UntilAsync(
            () => _state.PlanAnswer is not null || _state.IsCancelled,
            _state.Rules.ApprovalTimeout,
            $"Until no answer counts as no: {reason}"
        );
        context.ThrowIfCancelled();
        return _state.PlanAnswer switch
        {
            { Accepted: true } => null,
            { } no => $"the plan was rejected: {no.Reason}",
            null => "nobody approved the plan in time",
        };
    }
}
