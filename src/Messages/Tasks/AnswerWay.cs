namespace Orchestrator.Messages;

/// <summary>A way to answer a question, or to look at what it is about.</summary>
/// <param name="Kind">One of <see cref="AnswerWays"/>.</param>
/// <param name="Target">The run, or <c>RUN/TASK</c>.</param>
/// <param name="Resolution">For <see cref="AnswerWays.Resolve"/> one of <see cref="Resolutions"/>; for <see cref="AnswerWays.RaiseBudget"/>
/// one of <see cref="BudgetKinds"/>; for <see cref="AnswerWays.PromoteOnto"/> the branch.</param>
public sealed record AnswerWay(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("target")] string Target,
    [property: JsonPropertyName("resolution"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Resolution = null
)
{
    /// <summary>Stands in a command for what the person writes.</summary>
    private const string Blank = "TEXT";

    /// <summary>The command that does it, as people read and type it. TEXT in it is for the person to write.</summary>
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

    /// <summary>True if the answer can't be given without a text that the person writes.</summary>
    [JsonIgnore]
    public bool NeedsText => Kind is AnswerWays.Guide or AnswerWays.RaiseBudget;

    /// <summary>The words of the command after the program's name, as a program gives them: nothing that a person has written is taken for
    /// an option.</summary>
    /// <param name="text">What the person writes; for <see cref="AnswerWays.Reject"/> the reason, which may be null.</param>
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
            AnswerWays.CancelDependants => ("cancel", [Target], [new("--dependants")]),
            AnswerWays.LandMerged => ("land", [Target], [new("--merged")]),
            AnswerWays.PromoteOnto => ("promote", [Target], [new("--target", Resolution)]),
            AnswerWays.AcceptLosses => ("promote", [Target], [new("--accept-losses")]),
            AnswerWays.LandMergedAcceptingLosses => ("land", [Target], [new("--merged"), new("--accept-losses")]),
            AnswerWays.ReadEscalation => ("report", [Target], [new("--escalation")]),
            AnswerWays.RaiseBudget => (
                "budget raise",
                [Target, text is null or Blank ? "AMOUNT" : text],
                Resolution is BudgetKinds.Run or BudgetKinds.Task or null ? [] : [new("--of", Resolution)]
            ),
            AnswerWays.Resolve => ("resolve", [Target, Resolution ?? ""], []),
            AnswerWays.RunNow => ("schedule run-now", [Target], []),
            AnswerWays.SendNotices => ("notify send", [Target], []),
            AnswerWays.DiscardNotices => ("notify discard", [Target], []),
            AnswerWays.ListFlakyTests => ("flaky", [], []),
            AnswerWays.ListSchedules => ("schedule list", [], []),
            _ => (Kind, [Target], []),
        };

    /// <summary>An option of a command.</summary>
    /// <param name="Name">With its dashes.</param>
    /// <param name="Text">Its text; null: it has none.</param>
    private sealed record AnswerOption(string Name, string? Text = null)
    {
        /// <summary>As people write it.</summary>
        public IReadOnlyList<string> Words => Text is null ? [Name] : [Name, Text];

        /// <summary>In one word, so that a text that begins as options do is none.</summary>
        public string Word => Text is null ? Name : $"{Name}={Text}";
    }
}

/// <summary>Kinds of <see cref="AnswerWay"/>. Those whose command has no option are named by it.</summary>
public static class AnswerWays
{
    public const string Approve = "approve";
    public const string Reject = "reject";
    public const string Diff = "diff";
    public const string Promote = "promote";
    public const string Skip = "skip";
    public const string Cancel = "cancel";

    /// <summary>To go on with a run whose limit is reached.</summary>
    public const string Resume = "resume";

    /// <summary>A task, and all that can't run without it.</summary>
    public const string CancelDependants = "cancel-dependants";

    public const string Retry = "retry";

    /// <summary>To retry with a sentence for the agent.</summary>
    public const string Guide = "guide";

    /// <summary>The merged tasks land, the rest stays open.</summary>
    public const string LandMerged = "land-merged";

    /// <summary>The run lands on another branch, for example because its target was renamed; the resolution is the branch.</summary>
    public const string PromoteOnto = "promote-onto";

    /// <summary>The run lands although work of it is lost, which its report names.</summary>
    public const string AcceptLosses = "accept-losses";

    /// <summary>The merged tasks land although work of them is lost.</summary>
    public const string LandMergedAcceptingLosses = "land-merged-accepting-losses";

    /// <summary>To read what the decision needs.</summary>
    public const string ReadEscalation = "read-escalation";

    public const string Resolve = "resolve";

    /// <summary>To start the run of a schedule now; the target is the schedule.</summary>
    public const string RunNow = "run-now";

    /// <summary>To look at the schedules of a repository; it has no target.</summary>
    public const string ListSchedules = "list-schedules";

    /// <summary>To look at the tests in quarantine of a repository; it has no target.</summary>
    public const string ListFlakyTests = "list-flaky-tests";

    /// <summary>To send the messages of a run that have not arrived.</summary>
    public const string SendNotices = "send-notices";

    /// <summary>To drop the messages of a run that have not arrived.</summary>
    public const string DiscardNotices = "discard-notices";

    /// <summary>To raise a budget that is used up.</summary>
    public const string RaiseBudget = "raise-budget";

    /// <summary>To have the steps of a run done on this machine.</summary>
    public const string Move = "move";
}
