namespace Orchestrator.Accounts;

/// <summary>Results of agent starts that the governor does not admit now.</summary>
public static class AdmissionResults
{
    /// <summary>The result of the step.</summary>
    /// <param name="admission">What the governor says.</param>
    /// <param name="account">The account.</param>
    /// <param name="session">The conversation to go on with.</param>
    /// <param name="nextDay">When the day's budget is another one.</param>
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
                Message = $"{WaitText.Of(ask.Cap)}, is used up: {WaitText.Of(ask.Spent, ask.Cap)} are spent",
                Budget = BudgetFacts.Of(account, ask),
                WakeAt = ask.Cap.Kind == CapKind.Day ? nextDay : null,
            },
            Wait { Why: Blocked blocked } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitText.Of(blocked),
                ResetAt = blocked.Park.OpensAt,
                WakeAt = wait.Until,
            },
            Wait { Why: NearlyFull full } wait => result with
            {
                FailureClass = FailureClass.UsageLimit,
                Message = WaitText.Of(full),
                ResetAt = Parks.OpensAt(full.Window),
                WakeAt = wait.Until,
            },
            Wait wait => result with { Message = WaitText.Of(wait.Why) },
            _ => result,
        };
    }

    /// <summary>The result where a ledger can't be used: the machine has to be mended.</summary>
    public static AgentRunResult Of(LedgerDamagedException damaged, string session) =>
        new()
        {
            FailureClass = FailureClass.Environment,
            Message = damaged.Message,
            Session = session,
            NeverBegun = true,
        };
}
