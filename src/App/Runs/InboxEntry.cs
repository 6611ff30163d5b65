using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Client.Schedules;
using Orchestrator.Machine.Repositories;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>Kinds of inbox entries, the most urgent first.</summary>
public enum InboxKind
{
    /// <summary>A question of a run, such as an approval, a question from an agent, failed work, a landing or an account
    /// problem.</summary>
    Question,

    /// <summary>An open run without a worker.</summary>
    Interrupted,

    /// <summary>A time of a schedule at which no task started.</summary>
    MissedFire,

    /// <summary>A notice that has not reached a target.</summary>
    UnsentNotice,

    /// <summary>A test whose quarantine has ended.</summary>
    QuarantineEnded,
}

/// <summary>An item in any of the user's repositories that needs attention.</summary>
/// <param name="Kind">Kind of the entry.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Run">Id of the run. For a missed time of a schedule: the dispatched run, or the schedule's name if there is none. For a
/// test: its name.</param>
/// <param name="What">The question in a sentence; it ends with a colon if <paramref name="Each"/> follows.</param>
/// <param name="Each">Question of each task, if several tasks ask.</param>
/// <param name="Ways">Possible answers as commands for that repository, the recommended one first.</param>
/// <param name="Since">Time at which the item arose.</param>
public sealed record InboxEntry(
    InboxKind Kind,
    string Repository,
    string Run,
    string What,
    IReadOnlyList<string> Each,
    IReadOnlyList<AnswerWay> Ways,
    DateTimeOffset Since
)
{
    private const string Program = "orchestrate ";

    /// <summary><see cref="RunQuestion.Shown"/> of the entry's first question; empty if the entry is about no question.</summary>
    public string Shown { get; init; } = "";

    /// <summary>Answer that was given while the run had no worker and that waits for the next one, or null if there is none.</summary>
    public string? Answered { get; init; }

    /// <summary>Current state of the budget that the question is about, or null if it is about none or the state is unknown.</summary>
    public RunBudget? Budget { get; init; }

    /// <summary>Id of the question. Different questions of the same run are different entries.</summary>
    public string Id =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Repository, Run, Kind.ToString(), What, .. Each])))
        )[..8];

    /// <summary>Returns a command of this entry as it is typed in a given folder.</summary>
    /// <param name="way">One of <see cref="Ways"/>.</param>
    /// <param name="here">Root of the user's current repository, or null if there is none.</param>
    public string From(AnswerWay way, string? here) =>
        here == Repository ? way.Command : KnownRepositories.Anywhere(way.Command[Program.Length..], Repository);

    /// <summary>Creates entries for the questions of an open run, most urgent first.</summary>
    public static IEnumerable<InboxEntry> Of(RunStatus run, RepositoryLocation repository)
    {
        var questions = run.Questions.ToDictionary(question => question.Id, StringComparer.Ordinal);
        foreach (var step in NextStep.Of(run))
        {
            yield return new InboxEntry(
                InboxKind.Question,
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
            yield return new InboxEntry(
                InboxKind.Interrupted,
                repository.Root,
                run.RunId,
                run.Away is { } away ? MachineFormatter.Of(away, run.RunId) : "No process works on it now.",
                [],
                [new AnswerWay(run.Away is null ? AnswerWays.Resume : AnswerWays.Move, run.RunId)],
                run.Away?.Since ?? run.UpdatedAt
            );
        }
    }

    // A stored answer is the command that the user typed, which may have options after its target; so only the first words are compared.
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

    /// <summary>Creates the entry for the undelivered notices of one run.</summary>
    public static InboxEntry OfUnsent(IReadOnlyList<UnsentNotice> notices, RepositoryLocation repository) =>
        new(
            InboxKind.UnsentNotice,
            repository.Root,
            notices[0].Run,
            notices[0].Describe(),
            [.. notices.Skip(1).Select(notice => notice.Describe())],
            [new AnswerWay(AnswerWays.SendNotices, notices[0].Run), new AnswerWay(AnswerWays.DiscardNotices, notices[0].Run)],
            notices[0].Since
        );

    /// <summary>Creates the entry for a test whose quarantine has expired, so that it decides again.</summary>
    public static InboxEntry OfEnded(QuarantinedTest test, RepositoryLocation repository) =>
        new(
            InboxKind.QuarantineEnded,
            repository.Root,
            test.Test,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The quarantine of this test ended on {test.Until:yyyy-MM-dd}, so the test decides again. "
                    + $"{test.Owner} was responsible for its repair: {test.Reason}"
            ),
            [],
            [new AnswerWay(AnswerWays.ListFlakyTests, "")],
            new DateTimeOffset(test.Until.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        );

    /// <summary>Creates the entry for the last time of a schedule if no task started at it; otherwise returns null.</summary>
    public static InboxEntry? Of(RunSchedule schedule, IReadOnlyList<ScheduleFire> fires, RepositoryLocation repository)
    {
        if (schedule.IsPaused || fires is not [.., { Began: null, Missed: not MissedFire.NotYet } last])
        {
            return null;
        }

        // A question of the schedule's run has a separate entry.
        return last.Run is { Questions.Count: > 0 } or { Abandoned: true }
            ? null
            : new InboxEntry(
                InboxKind.MissedFire,
                repository.Root,
                last.RunId ?? schedule.Name,
                $"The schedule {schedule.Name} did not run at {last.Due.UtcDateTime:yyyy-MM-dd HH:mm}Z.",
                [],
                [new AnswerWay(AnswerWays.RunNow, schedule.Name), new AnswerWay(AnswerWays.ListSchedules, schedule.Name)],
                last.Due
            );
    }
}
