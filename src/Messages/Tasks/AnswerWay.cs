namespace Orchestrator.Messages;

/// <summary>A possible answer to a question, or a command that shows its subject.</summary>
/// <param name="Kind">One of <see cref="AnswerWays"/>.</param>
/// <param name="Target">The run, or <c>RUN/TASK</c>.</param>
/// <param name="Resolution">One of <see cref="Resolutions"/> for <see cref="AnswerWays.Resolve"/>; one of <see cref="BudgetKinds"/> for
/// <see cref="AnswerWays.RaiseBudget"/>; the branch for <see cref="AnswerWays.PromoteOnto"/>.</param>
public sealed record AnswerWay(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("target")] string Target,
    [property: JsonPropertyName("resolution"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Resolution = null
)
{
    /// <summary>Placeholder in a command for the user's text.</summary>
    private const string Blank = "TEXT";

    /// <summary>The command as shown to users, with TEXT as a placeholder for the user's text.</summary>
    [JsonPropertyName("command")]
    public string Command
    {
        get
        {
            var (verb, arguments, options) = Parts(Blank);
            return string.Join(
                ' ',
                (IEnumerable<string>)["orchestrate", verb, .. arguments, .. options.SelectMany(option => option.Words)]
            );
        }
    }

    /// <summary>True if the answer requires a text from the user.</summary>
    [JsonIgnore]
    public bool NeedsText => Kind is AnswerWays.Guide or AnswerWays.RaiseBudget;

    /// <summary>
    /// Returns the command's arguments after the program's name. A user's text is passed in a form that is never parsed as an option.
    /// </summary>
    /// <param name="text">Text from the user. For <see cref="AnswerWays.Reject"/>, the reason, which may be null.</param>
    public IReadOnlyList<string> CommandLine(string? text = null)
    {
        var (verb, arguments, options) = Parts(text);
        return [.. verb.Split(' '), .. options.Select(option => option.Word), "--", .. arguments];
    }

    private (string Verb, IReadOnlyList<string> Arguments, AnswerOption[] Options) Parts(string? text) =>
        Kind switch
        {
            AnswerWays.Retry => ("retry", [Target], []),
            AnswerWays.Guide => ("retry", [Target], [new("--guidance", text ?? "")]),
            AnswerWays.Reject when text is { Length: > 0 } and not Blank => ("reject", [Target], [new("--reason", text)]),
            AnswerWays.CancelDependants => ("cancel", [Target], [new("--dependents")]),
            AnswerWays.LandMerged => ("land", [Target], [new("--merged")]),
            AnswerWays.Promote => ("land", [Target], []),
            AnswerWays.PromoteOnto => ("land", [Target], [new("--target", Resolution)]),
            AnswerWays.AcceptLosses => ("land", [Target], [new("--accept-losses")]),
            AnswerWays.LandMergedAcceptingLosses => ("land", [Target], [new("--merged"), new("--accept-losses")]),
            AnswerWays.ReadEscalation => ("report", [Target], [new("--escalation")]),
            AnswerWays.RaiseBudget => (
                "budget raise",
                [Target, text is null or Blank ? "AMOUNT" : text],
                Resolution is BudgetKinds.Run or BudgetKinds.Task or null ? [] : [new("--of", Resolution)]
            ),
            AnswerWays.Resolve when Resolution == Resolutions.Abort => ("abort", [Target], []),
            AnswerWays.Resolve => ("resolve", [Target, Resolution ?? ""], []),
            AnswerWays.RunNow => ("schedule run-now", [Target], []),
            AnswerWays.SendNotices => ("notify send", [Target], []),
            AnswerWays.DiscardNotices => ("notify discard", [Target], []),
            AnswerWays.ListFlakyTests => ("flaky", [], []),
            AnswerWays.ListSchedules => ("schedule list", [], []),
            _ => (Kind, [Target], []),
        };

    /// <summary>A command-line option of an answer.</summary>
    /// <param name="Name">Name of the option, with its dashes.</param>
    /// <param name="Text">Value of the option, or null if it has none.</param>
    private sealed record AnswerOption(string Name, string? Text = null)
    {
        /// <summary>Option and value as separate arguments, as users type them.</summary>
        public IReadOnlyList<string> Words => Text is null ? [Name] : [Name, Text];

        /// <summary>Option and value as one argument, so that a value that starts with a dash is not parsed as an option.</summary>
        public string Word => Text is null ? Name : $"{Name}={Text}";
    }
}

/// <summary>Kinds of <see cref="AnswerWay"/>. Most kinds have the name of their command.</summary>
public static class AnswerWays
{
    public const string Approve = "approve";
    public const string Reject = "reject";
    public const string Diff = "diff";
    public const string Promote = "promote";
    public const string Skip = "skip";
    public const string Cancel = "cancel";

    /// <summary>Continues a run that has reached its limit.</summary>
    public const string Resume = "resume";

    /// <summary>Cancels a task and all tasks that can't run without it.</summary>
    public const string CancelDependants = "cancel-dependants";

    public const string Retry = "retry";

    /// <summary>Retries the task with guidance for the agent.</summary>
    public const string Guide = "guide";

    /// <summary>Lands the merged tasks and keeps the other tasks open.</summary>
    public const string LandMerged = "land-merged";

    /// <summary>
    /// Lands the run on another branch, for example after its target was renamed. <see cref="AnswerWay.Resolution"/> names the branch.
    /// </summary>
    public const string PromoteOnto = "promote-onto";

    /// <summary>Lands the run despite lost changes, which its report lists.</summary>
    public const string AcceptLosses = "accept-losses";

    /// <summary>Lands the merged tasks despite their lost changes.</summary>
    public const string LandMergedAcceptingLosses = "land-merged-accepting-losses";

    /// <summary>Shows the information that a user needs for the decision.</summary>
    public const string ReadEscalation = "read-escalation";

    public const string Resolve = "resolve";

    /// <summary>Starts the run of a schedule now. The target is the name of the schedule.</summary>
    public const string RunNow = "run-now";

    /// <summary>Lists the schedules of a repository. Has no target.</summary>
    public const string ListSchedules = "list-schedules";

    /// <summary>Lists the quarantined tests of a repository. Has no target.</summary>
    public const string ListFlakyTests = "list-flaky-tests";

    /// <summary>Sends the undelivered notifications of a run.</summary>
    public const string SendNotices = "send-notices";

    /// <summary>Discards the undelivered notifications of a run.</summary>
    public const string DiscardNotices = "discard-notices";

    /// <summary>Raises a used-up budget.</summary>
    public const string RaiseBudget = "raise-budget";

    /// <summary>Moves a run to this host.</summary>
    public const string Move = "move";
}
