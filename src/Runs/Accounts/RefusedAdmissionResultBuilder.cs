using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Converts the governor's refusal of an agent start into a result of the workflow step that starts agents.</summary>
public static class RefusedAdmissionResultBuilder
{
    /// <summary>Creates the workflow step's result for an agent start that must wait, or whose budget is used up.</summary>
    /// <param name="admission">The governor's decision, which is not an admission.</param>
    /// <param name="account">Name of the account that would pay.</param>
    /// <param name="session">Id of the conversation that a later start continues.</param>
    /// <param name="nextDay">Time at which the next day's budget starts.</param>
    public static AgentRunResult Of(AgentAdmissionDecision admission, string account, string session, DateTimeOffset nextDay)
    {
        var result = new AgentRunResult
        {
            FailureClass = FailureClass.Held,
            Session = session,
            NeverBegun = true,
        };
        return admission switch
        {
            BudgetExhaustedAdmissionDecision ask => result with
            {
                FailureClass = FailureClass.Budget,
                Message = $"{WaitReasonText.Of(ask.Cap)}, is used up: {WaitReasonText.Of(ask.Spent, ask.Cap)} are spent",
                Budget = LedgerBudgetConverter.Of(account, ask),
                WakeAt = ask.Cap.Kind == BudgetCapKind.Day ? nextDay : null,
            },
            AgentStartDelayedDecision { Why: AccountInBackoffStartDelayCause blocked } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitReasonText.Of(blocked),
                ResetAt = blocked.Park.OpensAt,
                WakeAt = wait.Until,
            },
            AgentStartDelayedDecision { Why: UsageWindowNearlyFullStartDelayCause full } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitReasonText.Of(full),
                ResetAt = AccountBackoffCalculator.OpensAt(full.Window),
                WakeAt = wait.Until,
            },
            AgentStartDelayedDecision wait => result with { Message = WaitReasonText.Of(wait.Why) },
            _ => result,
        };
    }

    /// <summary>
    /// Creates the workflow step's result for an agent start that failed because a ledger can't be used. A user must repair the ledger.
    /// </summary>
    public static AgentRunResult Of(LedgerDamagedException damaged, string session) =>
        new()
        {
            FailureClass = FailureClass.Environment,
            Message = damaged.Message,
            Session = session,
            NeverBegun = true,
        };
}
