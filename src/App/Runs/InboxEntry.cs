using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Client.Schedules;
using Orchestrator.Machine.Repositories;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>Kinds of entries of the inbox, the most urgent first.</summary>
public enum InboxKind
{
    /// <summary>A question of a run: an approval, an agent that asks, work that did not end well, a landing, an account.</summary>
    Question,

    /// <summary>Nobody works on an open run.</summary>
    Interrupted,

    /// <summary>A time of a schedule at which no task began.</summary>
    MissedFire,

    /// <summary>A message to the user that has not reached a target.</summary>
    UnsentNotice,

    /// <summary>A test whose quarantine has ended.</summary>
    QuarantineEnded,
}

/// <summary>One thing that needs the user, in any of their repositories.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Run">The run; for a missed time of a schedule the one that was dispatched, else the schedule's name; for a test its
/// name.</param>
/// <param name="What">What is asked, in a sentence; it ends with a colon where <paramref name="Each"/> follows.</param>
/// <param name="Each">For several tasks, what each of them asks.</param>
/// <param name="Ways">Ways to answer it, the recommended one first, as in that repository.</param>
/// <param name="Since">Since when it is so.</param>
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

    /// <summary>Of the first question that it is about: <see cref="RunQuestion.Shown"/>; empty where it is about none.</summary>
    public string Shown { get; init; } = "";

    /// <summary>The answer that was given while nobody worked on the run, and waits for whoever does; null: none was.</summary>
    public string? Answered { get; init; }

    /// <summary>The budget that is asked for, as it is now; null: none is, or it is not known.</summary>
    public RunBudget? Budget { get; init; }

    /// <summary>Identifies what is asked: another question of the same run is another entry.</summary>
    public string Id =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Repository, Run, Kind.ToString(), What, .. Each])))
        )[..8];

    /// <summary>A command of this entry as it is typed in a folder.</summary>
    /// <param name="way">One of <see cref="Ways"/>.</param>
    /// <param name="here">Root of the repository that the user is in; null: none.</param>
    public string From(AnswerWay way, string? here) =>
        here == Repository ? way.Command : KnownRepositories.Anywhere(way.Command[Program.Length..], Repository);

    /// <summary>The questions of an open run, most urgent first.</summary>
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
                run.Away is { } away ? MachineWords.Of(away, run.RunId) : "Nobody works on it now.",
                [],
                [new AnswerWay(run.Away is null ? AnswerWays.Resume : AnswerWays.Move, run.RunId)],
                run.Away?.Since ?? run.UpdatedAt
            );
        }
    }

    // What is kept is a command as a person types it, perhaps with more behind its target.
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

    /// <summary>The messages of one run that have not reached their targets.</summary>
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

    /// <summary>A test that decides again, although nobody took it out of quarantine.</summary>
    public static InboxEntry OfEnded(QuarantinedTest test, RepositoryLocation repository) =>
        new(
            InboxKind.QuarantineEnded,
            repository.Root,
            test.Test,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The quarantine of this test ended on {test.Until:yyyy-MM-dd}, so it decides again. {test.Owner} was to repair it: "
                    + $"{test.Reason}"
            ),
            [],
            [new AnswerWay(AnswerWays.ListFlakyTests, "")],
            new DateTimeOffset(test.Until.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        );

    /// <summary>The last time of a schedule, where no task began at it.</summary>
    public static InboxEntry? Of(RunSchedule schedule, IReadOnlyList<ScheduleFire> fires, RepositoryLocation repository)
    {
        if (schedule.IsPaused || fires is not [.., { Began: null, Missed: not MissedFire.NotYet } last])
        {
            return null;
        }

        // What a run of it asks is an entry of its own.
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
