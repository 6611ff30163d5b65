using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Builds the results of agent starts that the governor does not admit now.</summary>
public static class AdmissionResults
{
    /// <summary>Builds the result of the step.</summary>
    /// <param name="admission">The governor's decision.</param>
    /// <param name="account">Name of the account.</param>
    /// <param name="session">Id of the conversation to continue.</param>
    /// <param name="nextDay">Time at which the next day's budget starts.</param>
    public static AgentRunResult Of(Admission admission, string account, string session, DateTimeOffset nextDay)
    {
        var result = new AgentRunResult
        {
            FailureClass = FailureClass.Held,
            Session = session,
            NeverBegun = true,
        };
        return admission switch
        {
            Ask ask => result with
            {
                FailureClass = FailureClass.Budget,
                Message = $"{WaitReasonText.Of(ask.Cap)}, is used up: {WaitReasonText.Of(ask.Spent, ask.Cap)} are spent",
                Budget = BudgetConverter.Of(account, ask),
                WakeAt = ask.Cap.Kind == CapKind.Day ? nextDay : null,
            },
            Wait { Why: Blocked blocked } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitReasonText.Of(blocked),
                ResetAt = blocked.Park.OpensAt,
                WakeAt = wait.Until,
            },
            Wait { Why: NearlyFull full } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitReasonText.Of(full),
                ResetAt = AccountBackoffs.OpensAt(full.Window),
                WakeAt = wait.Until,
            },
            Wait wait => result with { Message = WaitReasonText.Of(wait.Why) },
            _ => result,
        };
    }

    /// <summary>Builds the result for an unusable ledger, which must be repaired on the machine.</summary>
    public static AgentRunResult Of(LedgerDamagedException damaged, string session) =>
        new()
        {
            FailureClass = FailureClass.Environment,
            Message = damaged.Message,
            Session = session,
            NeverBegun = true,
        };
}
