using System.Text.RegularExpressions;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Maps the outcome of an agent run to a failure class of its task.</summary>
public static partial class AgentOutcomeClassifier
{
    private const int MostNamed = 20;

    private const string MemoryCure =
        "Retry the task with --guidance on using less memory, or raise limits.memory (in the settings, or as 'limits: {memory: SIZE}' in "
        + "the task) and start a new run, which reuses finished work.";

    /// <summary>Returns the failure class and a message for users.</summary>
    /// <param name="outcome">The outcome of the agent run.</param>
    /// <param name="claim">The agent's claim, or null if the agent made none.</param>
    /// <param name="found">True if the agent had already ended when this step first looked at it. If such an agent was stopped, it counts
    /// as died, so that its task is continued with the run.</param>
    /// <param name="timeLimit">Name of the setting that limits the agent's time.</param>
    public static (FailureClass FailureClass, string Message) Of(
        AgentOutcome outcome,
        AgentOutcomeClaim? claim,
        bool found,
        string timeLimit = "timeout"
    )
    {
        var ended = outcome.Failure is AgentFailure.None or AgentFailure.GaveUp;
        if (ended && claim?.Status == "blocked")
        {
            return (FailureClass.Blocked, BlockedBy(claim));
        }
        if (ended && claim?.Status == "failed")
        {
            return (FailureClass.GaveUp, $"the agent gave up: {claim.Reason}");
        }
        var message = outcome.Detail.Length > 0 ? outcome.Detail : outcome.FinalText;
        return outcome.Failure switch
        {
            AgentFailure.None => (FailureClass.None, outcome.FinalText),
            AgentFailure.GaveUp or AgentFailure.Output => (FailureClass.GaveUp, message),
            AgentFailure.UsageLimit => (FailureClass.UsageLimit, message),
            AgentFailure.Throttled => (FailureClass.Throttled, message),
            AgentFailure.Account => (FailureClass.Account, message),
            AgentFailure.Transient => (FailureClass.Transient, message),
            AgentFailure.Stall => (FailureClass.Transient, message),
            AgentFailure.Environment => (FailureClass.Environment, message),
            AgentFailure.Timeout => (FailureClass.Limit, Sentences(message, SuggestFix(timeLimit))),
            AgentFailure.Turns => (FailureClass.Limit, Sentences(message, SuggestFix("limits.turns"))),
            AgentFailure.Money => (FailureClass.Limit, Sentences(message, SuggestFix("limits.cost"))),
            AgentFailure.Memory => (FailureClass.Limit, Sentences(message, MemoryCure)),
            AgentFailure.OutOfMemory => (FailureClass.OutOfMemory, message),
            AgentFailure.Orphaned or AgentFailure.Killed => (FailureClass.Died, message),
            AgentFailure.Stopped => (found ? FailureClass.Died : FailureClass.Stopped, message),
            _ => (FailureClass.Invalid, message),
        };
    }

    /// <summary>True if a limit ended the agent run. The prompt of the task's next agent run mentions this limit.</summary>
    public static bool IsLimit(AgentFailure failure) =>
        failure is AgentFailure.Timeout or AgentFailure.Stall or AgentFailure.Turns or AgentFailure.Money or AgentFailure.Memory;

    /// <summary>
    /// Returns a signature that identifies the cause of a failure. The signature contains no numbers and no task id, so equal signatures of
    /// three tasks indicate a common cause. Empty if the cause lies in the task itself, for example in its limits or its agent's claim.
    /// </summary>
    public static string SignatureOf(AgentOutcome outcome, AgentOutcomeClaim? claim, string agent, string taskId)
    {
        var countable =
            outcome.Failure
            is AgentFailure.GaveUp
                or AgentFailure.Transient
                or AgentFailure.Invalid
                or AgentFailure.Stall
                or AgentFailure.Output
                or AgentFailure.Killed
                or AgentFailure.OutOfMemory;
        if (!countable || claim is not null)
        {
            return "";
        }
        var text = Varying().Replace(outcome.Detail.Replace(taskId, "*", StringComparison.Ordinal), "#");
        return $"{agent} {outcome.Failure} {(text.Length <= 300 ? text : text[..300])}";
    }

    [GeneratedRegex("[0-9a-f]*[0-9][0-9a-f]*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Varying();

    // A run keeps the settings that it started with, so a changed setting takes effect only in a new run.
    private static string SuggestFix(string setting) =>
        $"Retry the task (with --guidance that reduces its scope), or raise {setting} and start a new run, which reuses finished work.";

    // The message of an agent may lack a full stop at its end.
    private static string Sentences(string message, string cure) =>
        message.TrimEnd() is not { Length: > 0 } text ? cure : $"{text}{(text[^1] is '.' or '!' or '?' ? "" : ".")} {cure}";

    private static string BlockedBy(AgentOutcomeClaim claim)
    {
        string[] wants =
        [
            .. claim.Needs.Count > 0
                ? (string[])[$"needs {FileNameEncoding.List(claim.Needs, MostNamed)}{(claim.IsForDevelopment ? " for development" : "")}"]
                : [],
            .. claim.Files.Count > 0 ? (string[])[$"needs to write {FileNameEncoding.List(claim.Files, MostNamed)}"] : [],
            .. claim.Split.Count > 0 ? (string[])[$"is too big, so its agent proposes these parts: {Numbered(claim.Split)}"] : [],
        ];
        return wants.Length > 0 ? string.Join("; ", wants) + FormatReason(claim) : claim.Reason;
    }

    private static string Numbered(IEnumerable<string> texts) =>
        string.Join(" ", texts.Take(MostNamed).Select((text, index) => $"({index + 1}) {FileNameEncoding.Show(text)}"));

    private static string FormatReason(AgentOutcomeClaim claim) => claim.Reason.Length > 0 ? $" ({claim.Reason})" : "";
}
