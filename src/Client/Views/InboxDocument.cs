namespace Orchestrator.Client.Views;

/// <summary>Output of <c>inbox --json</c>.</summary>
/// <param name="Entries">Entries that need the user's attention, the most urgent one first.</param>
public sealed record InboxDocument(IReadOnlyList<InboxEntryDocument> Entries) : SchemaVersionedDocument;

/// <summary>An inbox entry that needs the user's attention.</summary>
/// <param name="Id">Identity of the entry.</param>
/// <param name="Kind"><c>question</c>, <c>interrupted</c>, <c>missedFire</c>, <c>unsentNotice</c> or <c>quarantineEnded</c>.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Run">Id of the run, or name of the schedule.</param>
/// <param name="What">Text of the question.</param>
/// <param name="Each">Questions of the single tasks, if the entry covers several tasks.</param>
/// <param name="Command">Recommended command, in a form that works in any directory.</param>
/// <param name="Others">Other commands that answer the question.</param>
/// <param name="Since">Time since which the entry needs attention.</param>
/// <param name="New">True if the entry was not shown before.</param>
/// <param name="SnoozedUntil">Time until which the entry is snoozed, or null if it is not.</param>
public sealed record InboxEntryDocument(
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
    /// <summary>Commands that answer the inbox entry, in the form that works inside the repository. Intended for programs.</summary>
    public IReadOnlyList<SuggestedCommand> Ways
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Answer that was given while no worker was serving the run and has not been delivered yet, or null if there is none.
    /// </summary>
    public string? Answered { get; init; }

    /// <summary>
    /// Current state of the budget that the question is about. Null if the question is not about a budget, or if the state is unknown.
    /// </summary>
    public RunBudget? Budget { get; init; }

    /// <summary>
    /// Value that identifies the question's content as it was shown to the user. Must be sent with the answer
    /// (<see cref="RunQuestion.Shown"/>). Empty if the entry is not a question of a run.
    /// </summary>
    public string Shown
    {
        get;
        init => field = value ?? "";
    } = "";
}
