using Orchestrator.Agents;
using Orchestrator.Contracts;

namespace Orchestrator.Activities.Tasks;

/// <summary>What an agent's end means for its task.</summary>
internal static class AgentJudgement
{
    /// <summary>The failure class, and a sentence for people.</summary>
    public static (string FailureClass, string Message) Of(AgentOutcome outcome, AgentClaim? claim)
    {
        var ended = outcome.Failure is AgentFailure.None or AgentFailure.GaveUp;
        if (ended && claim?.Status == "blocked")
            return (FailureClasses.Blocked, claim.Needs.Count > 0 ? $"needs {string.Join(", ", claim.Needs)}{Because(claim)}" : claim.Reason);
        if (ended && claim?.Status == "failed")
            return (FailureClasses.GaveUp, $"the agent gave up: {claim.Reason}");
        var message = outcome.Detail.Length > 0 ? outcome.Detail : outcome.FinalText;
        return outcome.Failure switch
        {
            AgentFailure.None => (FailureClasses.None, outcome.FinalText),
            AgentFailure.GaveUp => (FailureClasses.GaveUp, message),
            AgentFailure.UsageLimit => (FailureClasses.UsageLimit, message),
            AgentFailure.Account => (FailureClasses.Account, message),
            AgentFailure.Transient => (FailureClasses.Transient, message),
            AgentFailure.Stall => (FailureClasses.Transient, message),
            AgentFailure.Environment => (FailureClasses.Environment, message),
            AgentFailure.Timeout or AgentFailure.Turns or AgentFailure.Money => (FailureClasses.Limit, message),
            AgentFailure.Orphaned or AgentFailure.Killed => (FailureClasses.Died, message),
            AgentFailure.Stopped => (FailureClasses.Stopped, message),
            _ => (FailureClasses.Invalid, message),
        };
    }

    private static string Because(AgentClaim claim) => claim.Reason.Length > 0 ? $" ({claim.Reason})" : "";
}
