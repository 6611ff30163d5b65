namespace Orchestrator.Client.Views;

/// <summary>Output of <c>inbox --json</c>.</summary>
/// <param name="Entries">Entries that need the user's attention, most urgent first.</param>
public sealed record InboxDocument(IReadOnlyList<InboxLine> Entries) : Document;

/// <summary>An entry that needs the user's attention.</summary>
/// <param name="Id">Identifies the question.</param>
/// <param name="Kind"><c>question</c>, <c>interrupted</c>, <c>missedFire</c>, <c>unsentNotice</c> or <c>quarantineEnded</c>.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Run">Id of the run, or name of the schedule.</param>
/// <param name="What">Text of the question.</param>
/// <param name="Each">Question of each task, if the entry covers several tasks.</param>
/// <param name="Command">Recommended command, which works in any directory.</param>
/// <param name="Others">Further commands that answer the question.</param>
/// <param name="Since">Time since which attention is needed.</param>
/// <param name="New">True if the entry was not shown before.</param>
/// <param name="SnoozedUntil">Time until which the entry is snoozed, or null if it is not.</param>
public sealed record InboxLine(
    string Id,
    string Kind,
    string Repository,
    string Run,
    string What,
    IReadOnlyList<string> Each,
    string Command,
    IReadOnlyList<string> Others,
    DateTimeOffset Since,
    bool New,
    DateTimeOffset? SnoozedUntil
)
{
    /// <summary>The same commands in the form used inside the repository, for programs.</summary>
    public IReadOnlyList<AnswerWay> Ways
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Answer that was given while no worker served the run and that awaits delivery, or null for none.</summary>
    public string? Answered { get; init; }

    /// <summary>Current state of the budget in question, or null if no budget is concerned or its state is unknown.</summary>
    public RunBudget? Budget { get; init; }

    /// <summary>Identifies the content that was shown to the user, for the answer (see <see cref="RunQuestion.Shown"/>). Empty if the
    /// entry is not a question of a run.</summary>
    public string Shown
    {
        get;
        init => field = value ?? "";
    } = "";
}
