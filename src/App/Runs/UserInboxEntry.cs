using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Client.Schedules;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>Kinds of inbox entries, most urgent first.</summary>
public enum UserInboxEntryKind
{
    /// <summary>
    /// A question of a run. Examples are an approval, an agent's question, failed work, a landing, and a problem with an account.
    /// </summary>
    Question,

    /// <summary>An open run that no worker is executing.</summary>
    Interrupted,

    /// <summary>A scheduled start time that has passed without any task starting.</summary>
    MissedFire,

    /// <summary>A notice that could not be delivered to a target.</summary>
    UnsentNotice,

    /// <summary>A test whose quarantine has expired.</summary>
    QuarantineEnded,
}

/// <summary>An item that needs the user's attention, in any of the user's repositories.</summary>
/// <param name="Kind">Kind of the entry.</param>
/// <param name="Repository">Absolute path of the repository's root.</param>
/// <param name="Run">Id of the run. For a missed start time, the id of the dispatched run, or the name of the schedule if there is none.
/// For a test, its name.</param>
/// <param name="What">The question in one sentence. It ends with a colon if <paramref name="Each"/> follows.</param>
/// <param name="Each">The question of each task if several tasks ask.</param>
/// <param name="Ways">Possible answers as commands in that repository, the recommended one first.</param>
/// <param name="Since">Time since which the item needs attention.</param>
public sealed record UserInboxEntry(
    UserInboxEntryKind Kind,
    string Repository,
    string Run,
    string What,
    IReadOnlyList<string> Each,
    IReadOnlyList<SuggestedCommand> Ways,
    DateTimeOffset Since
)
{
    private const string Program = "orchestrate ";

    /// <summary>
    /// Value of <see cref="RunQuestion.Shown"/> for the entry's first question, or empty if the entry contains no question.
    /// </summary>
    public string Shown { get; init; } = "";

    /// <summary>
    /// The answer that was given while no worker was executing the run, or null if there is none. The next worker applies it.
    /// </summary>
    public string? Answered { get; init; }

    /// <summary>
    /// Current state of the budget that the question concerns. Null if the question concerns no budget or the state is unknown.
    /// </summary>
    public RunBudget? Budget { get; init; }

    /// <summary>Id of the inbox entry. Entries for different questions of a run have different ids.</summary>
    public string Id =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Repository, Run, Kind.ToString(), What, .. Each])))
        )[..8];

    /// <summary>
    /// Returns the command line with which a user gives one of the suggested answers. If <paramref name="here"/> is not the entry's
    /// repository, the returned command line works in any folder.
    /// </summary>
    /// <param name="way">One of the answers in <see cref="Ways"/>.</param>
    /// <param name="here">Root of the user's current repository, or null outside a repository.</param>
    public string From(SuggestedCommand way, string? here) =>
        here == Repository ? way.Command : KnownRepositoryStore.Anywhere(way.Command[Program.Length..], Repository);

    /// <summary>Creates inbox entries for the questions of an open run, most urgent first.</summary>
    public static IEnumerable<UserInboxEntry> Of(RunStatus run, LocalRepositoryPaths repository)
    {
        var questions = run.Questions.ToDictionary(question => question.Id, StringComparer.Ordinal);
        foreach (var step in RequiredUserAction.Of(run))
        {
            yield return new UserInboxEntry(
                UserInboxEntryKind.Question,
                repository.Root,
                run.RunId,
                step.What,
                step.Each,
                step.Ways,
                step.Questions.Select(id => questions.GetValueOrDefault(id)?.Since ?? run.Since).DefaultIfEmpty(run.Since).Min()
            )
            {
                Shown = step.Questions is [var first, ..] ? questions.GetValueOrDefault(first)?.Shown ?? "" : "",
                Budget = step.Ways.Select(way => run.Budgets?.Find(way)).FirstOrDefault(budget => budget is not null),
                Answered = AnswerTo(step.Questions.Select(questions.GetValueOrDefault), run.Kept ?? []),
            };
        }
        if (run.Abandoned is true)
        {
            yield return new UserInboxEntry(
                UserInboxEntryKind.Interrupted,
                repository.Root,
                run.RunId,
                run.Away is { } away ? UnreachableHostFormatter.Of(away, run.RunId) : "No process is working on this run now.",
                [],
                [new SuggestedCommand(run.Away is null ? SuggestedCommandKinds.Resume : SuggestedCommandKinds.Move, run.RunId)],
                run.Away?.Since ?? run.UpdatedAt
            );
        }
    }

    // A stored answer is a command line, which may contain options after its target. Only its first words are therefore compared.
    private static string? AnswerTo(IEnumerable<RunQuestion?> asked, IReadOnlyList<string> kept)
    {
        var answers = asked
            .Select(question =>
                kept.FirstOrDefault(command => question?.Ways.Any(way => Verb(way.Command[Program.Length..]) == Verb(command)) is true)
            )
            .ToList();
        return answers.Count > 0 && answers.TrueForAll(answer => answer is not null) ? string.Join("; ", answers.Distinct()) : null;
    }

    private static string Verb(string command) => string.Join(' ', command.Split(' ').Take(2));

    /// <summary>Creates the inbox entry for the undelivered notices of a run.</summary>
    public static UserInboxEntry OfUnsent(IReadOnlyList<UnsentNotice> notices, LocalRepositoryPaths repository) =>
        new(
            UserInboxEntryKind.UnsentNotice,
            repository.Root,
            notices[0].Run,
            notices[0].Describe(),
            [.. notices.Skip(1).Select(notice => notice.Describe())],
            [
                new SuggestedCommand(SuggestedCommandKinds.SendNotices, notices[0].Run),
                new SuggestedCommand(SuggestedCommandKinds.DiscardNotices, notices[0].Run),
            ],
            notices[0].Since
        );

    /// <summary>Creates the inbox entry for a test whose quarantine has expired. Work is now rejected again if this test fails.</summary>
    public static UserInboxEntry OfEnded(QuarantinedTest test, LocalRepositoryPaths repository) =>
        new(
            UserInboxEntryKind.QuarantineEnded,
            repository.Root,
            test.Test,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The quarantine of this test ended on {test.Until:yyyy-MM-dd}, so its failures reject work again. "
                    + $"{test.Owner} was responsible for its repair: {test.Reason}"
            ),
            [],
            [new SuggestedCommand(SuggestedCommandKinds.ListFlakyTests, "")],
            new DateTimeOffset(test.Until.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        );

    /// <summary>
    /// Creates the inbox entry for a schedule's most recent planned start if no task started then. Returns null if a task started, the
    /// schedule is paused, or another entry already covers the start.
    /// </summary>
    public static UserInboxEntry? Of(RunSchedule schedule, IReadOnlyList<ScheduledStartResult> fires, LocalRepositoryPaths repository)
    {
        if (schedule.IsPaused || fires is not [.., { Began: null, Missed: not MissedScheduleStart.NotYet } last])
        {
            return null;
        }

        // A question of the run that the schedule started has its own entry.
        return last.Run is { Questions.Count: > 0 } or { Abandoned: true }
            ? null
            : new UserInboxEntry(
                UserInboxEntryKind.MissedFire,
                repository.Root,
                last.RunId ?? schedule.Name,
                $"The schedule {schedule.Name} did not run at {last.Due.UtcDateTime:yyyy-MM-dd HH:mm}Z.",
                [],
                [
                    new SuggestedCommand(SuggestedCommandKinds.RunNow, schedule.Name),
                    new SuggestedCommand(SuggestedCommandKinds.ListSchedules, schedule.Name),
                ],
                last.Due
            );
    }
}
