namespace Orchestrator.Messages;

/// <summary>A possible answer to a question, or a command that shows information about the question.</summary>
/// <param name="Kind">Kind of the action.</param>
/// <param name="Target">The run, or <c>RUN/TASK</c>.</param>
/// <param name="Resolution">Way to resolve the run, kind of the budget to raise, or branch to land on. Null for all other kinds.</param>
public sealed record SuggestedCommand(
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

    /// <summary>True if the answer requires text from the user.</summary>
    [JsonIgnore]
    public bool NeedsText => Kind is SuggestedCommandKinds.Guide or SuggestedCommandKinds.RaiseBudget;

    /// <summary>
    /// Returns the command-line arguments that follow the program's name. The user's text is passed in a form that is never parsed as an
    /// option.
    /// </summary>
    /// <param name="text">Text from the user. For <see cref="SuggestedCommandKinds.Reject"/>, the reason, which may be null.</param>
    public IReadOnlyList<string> CommandLine(string? text = null)
    {
        var (verb, arguments, options) = Parts(text);
        return [.. verb.Split(' '), .. options.Select(option => option.Word), "--", .. arguments];
    }

    private (string Verb, IReadOnlyList<string> Arguments, AnswerOption[] Options) Parts(string? text) =>
        Kind switch
        {
            SuggestedCommandKinds.Retry => ("retry", [Target], []),
            SuggestedCommandKinds.Guide => ("retry", [Target], [new("--guidance", text ?? "")]),
            SuggestedCommandKinds.Reject when text is { Length: > 0 } and not Blank => ("reject", [Target], [new("--reason", text)]),
            SuggestedCommandKinds.CancelDependants => ("cancel", [Target], [new("--dependents")]),
            SuggestedCommandKinds.LandMerged => ("land", [Target], [new("--merged")]),
            SuggestedCommandKinds.Promote => ("land", [Target], []),
            SuggestedCommandKinds.PromoteOnto => ("land", [Target], [new("--target", Resolution)]),
            SuggestedCommandKinds.AcceptLosses => ("land", [Target], [new("--accept-losses")]),
            SuggestedCommandKinds.LandMergedAcceptingLosses => ("land", [Target], [new("--merged"), new("--accept-losses")]),
            SuggestedCommandKinds.ReadEscalation => ("report", [Target], [new("--escalation")]),
            SuggestedCommandKinds.RaiseBudget => (
                "budget raise",
                [Target, text is null or Blank ? "AMOUNT" : text],
                Resolution is BudgetKinds.Run or BudgetKinds.Task or null ? [] : [new("--of", Resolution)]
            ),
            SuggestedCommandKinds.Resolve when Resolution == EscalationResolutionKinds.Abort => ("abort", [Target], []),
            SuggestedCommandKinds.Resolve => ("resolve", [Target, Resolution ?? ""], []),
            SuggestedCommandKinds.RunNow => ("schedule run-now", [Target], []),
            SuggestedCommandKinds.SendNotices => ("notify send", [Target], []),
            SuggestedCommandKinds.DiscardNotices => ("notify discard", [Target], []),
            SuggestedCommandKinds.ListFlakyTests => ("flaky", [], []),
            SuggestedCommandKinds.ListSchedules => ("schedule list", [], []),
            _ => (Kind, [Target], []),
        };

    /// <summary>A command-line option of a suggested command.</summary>
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

/// <summary>Kinds of <see cref="SuggestedCommand"/>. Most kinds are named after their command.</summary>
public static class SuggestedCommandKinds
{
    public const string Approve = "approve";
    public const string Reject = "reject";
    public const string Diff = "diff";
    public const string Promote = "promote";
    public const string Skip = "skip";
    public const string Cancel = "cancel";

    /// <summary>Resumes a run, for example if no process is executing it.</summary>
    public const string Resume = "resume";

    /// <summary>Cancels a task and all tasks that can't run without it.</summary>
    public const string CancelDependants = "cancel-dependants";

    public const string Retry = "retry";

    /// <summary>Retries the task with guidance for the agent.</summary>
    public const string Guide = "guide";

    /// <summary>Lands the merged tasks and keeps the other tasks open.</summary>
    public const string LandMerged = "land-merged";

    /// <summary>
    /// Lands the run on another branch, for example after its target was renamed. <see cref="SuggestedCommand.Resolution"/> names the
    /// branch.
    /// </summary>
    public const string PromoteOnto = "promote-onto";

    /// <summary>Lands the run despite lost changes, which its report lists.</summary>
    public const string AcceptLosses = "accept-losses";

    /// <summary>Lands the merged tasks despite lost changes.</summary>
    public const string LandMergedAcceptingLosses = "land-merged-accepting-losses";

    /// <summary>Shows the information that a user needs to decide about an escalation.</summary>
    public const string ReadEscalation = "read-escalation";

    public const string Resolve = "resolve";

    /// <summary>Starts a schedule's run immediately. The target is the name of the schedule.</summary>
    public const string RunNow = "run-now";

    /// <summary>Lists the schedules of a repository. The command has no target run or task.</summary>
    public const string ListSchedules = "list-schedules";

    /// <summary>Lists the quarantined tests of a repository. Has no target.</summary>
    public const string ListFlakyTests = "list-flaky-tests";

    /// <summary>Sends the undelivered notices of a run.</summary>
    public const string SendNotices = "send-notices";

    /// <summary>Discards the undelivered notices of a run.</summary>
    public const string DiscardNotices = "discard-notices";

    /// <summary>Raises an exhausted budget.</summary>
    public const string RaiseBudget = "raise-budget";

    /// <summary>Moves a run to this host.</summary>
    public const string Move = "move";
}
