namespace Orchestrator.Workflows.Runs;

/// <summary>Waits for a user to approve a plan. If no answer arrives in time, the plan counts as rejected.</summary>
internal sealed class PlanApprovalWaiter(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Requests the approval and waits for the answer.</summary>
    /// <param name="why">Reason why the plan needs an approval, or null if it needs none.</param>
    /// <returns>Reason why the plan can't start, or null if it can.</returns>
    public async Task<Reason?> AskAsync(Reason? why)
    {
        if (why is null)
        {
            return null;
        }
        context.TransitionTo(RunStateNames.AwaitingApproval, why);
        await TimedConditionWaiter.WaitUntilAsync(
            () => _state.PlanAnswer is not null || _state.IsCancelled,
            _state.Rules.ApprovalTimeout,
            $"Until a missing answer counts as no: {why}"
        );
        context.ThrowIfCancelled();
        return _state.PlanAnswer switch
        {
            { Accepted: true } => null,
            { } no => new PlanRejectedReason(no.By),
            null => new PlanApprovalTimedOutReason(),
        };
    }
}
