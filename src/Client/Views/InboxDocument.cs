namespace Orchestrator.Client.Views;

/// <summary>Answer of <c>inbox --json</c>.</summary>
/// <param name="Entries">What needs the user, most urgent first.</param>
public sealed record InboxDocument(IReadOnlyList<InboxLine> Entries) : Document;

/// <summary>One thing that needs the user.</summary>
/// <param name="Id">Identifies what is asked.</param>
/// <param name="Kind"><c>question</c>, <c>interrupted</c>, <c>missedFire</c>, <c>unsentNotice</c> or <c>quarantineEnded</c>.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Run">The run, or the schedule.</param>
/// <param name="What">What is asked.</param>
/// <param name="Each">For several tasks, what each of them asks.</param>
/// <param name="Command">The recommended command, as it is typed anywhere.</param>
/// <param name="Others">Further commands that answer it.</param>
/// <param name="Since">Since when it is so.</param>
/// <param name="New">It was not shown before.</param>
/// <param name="SnoozedUntil">Until when it is put off; null: it is not.</param>
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
    /// <summary>The same commands, as in the repository, for programs.</summary>
    public IReadOnlyList<AnswerWay> Ways
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The answer that was given while nobody worked on the run, and waits for whoever does; null: none was.</summary>
    public string? Answered { get; init; }

    /// <summary>The budget that is asked for, as it is now; null: none is, or it is not known.</summary>
    public RunBudget? Budget { get; init; }

    /// <summary>Identifies what is asked to whoever answers: see <see cref="RunQuestion.Shown"/>; empty where it is no question of a
    /// run.</summary>
    public string Shown
    {
        get;
        init => field = value ?? "";
    } = "";
}
