using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// The report about a run as data, from which Markdown and HTML are rendered. Each line refers to the events on which it is based. Times
/// are in UTC with a <c>Z</c>.
/// </summary>
/// <param name="Facts">Names and values that concern the whole run.</param>
/// <param name="Sections">The sections, most important first.</param>
public sealed record MorningReport(IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>Id of the section that compares the run contract with the result.</summary>
    internal const string Contract = "contract";

    /// <summary>Id of the section that compares the claims of agents with facts about their work.</summary>
    internal const string Evidence = "claims";

    /// <summary>Id of the section with warnings and leftovers.</summary>
    internal const string Warnings = "warnings";

    internal const int MostTasks = 200;
    private const int LongestText = 500;

    /// <summary>Creates the report of a run. For an open run, it describes the current state.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="now">The current time.</param>
    /// <param name="accounts">Usage records of the user's agents, or null if unknown.</param>
    public static MorningReport Of(RunStatus run, string repository, DateTimeOffset now, AccountRecords? accounts = null)
    {
        var folder = new RunFolder(repository, run.RunId);
        var timeline = new RunTimeline([.. RunEvents.Read(folder.Events).DistinctBy(happened => happened.Sequence)]);
        var end = RunStates.IsFinal(run.State) ? run.UpdatedAt : now;
        IReadOnlyList<ReportSection> sections =
        [
            Landed(run, timeline),
            Waiting(run, timeline),
            RunContractSection.Of(run, folder, timeline, now, accounts),
            RejectedWorkSection(timeline),
            .. GateSections.Of(run, folder, timeline),
            CostSection.Of(run, folder, timeline),
            TimeSection.Of(timeline, end),
            Found(run, folder, timeline),
            Unproven(run, timeline),
            Claims(run, folder, timeline),
            WarningsSection(run, timeline),
        ];
        return new MorningReport(
            [.. ReportFirstPage.FactsOf(run, folder, now).Where(fact => fact.Value.Length > 0)],
            [.. sections.Where(section => section.Lines.Count > 0 || section.Table is not null)]
        );
    }

    private static ReportSection Landed(RunStatus run, RunTimeline timeline)
    {
        var landed = timeline.All.LastOrDefault(happened => happened is { Task: null, Why: RunLanded })?.Sequence;
        var events = landed is { } number ? [number] : timeline.OfRunIn(RunStates.Completed, RunStates.Aborted);
        var merged = run.Tasks.Where(task => task.State == TaskStates.Merged).ToList();
        return new ReportSection(
            "landed",
            "Landed work",
            [
                new ReportLine(
                    "landed",
                    run.HasLanded ? $"{RunCounts.Of(run)}; landed: {RunLiveness.DescribeLanding(run)}."
                        : merged.Count > 0 ? $"No work has landed; {RunCounts.Of(run)} (on {run.Staging})."
                        : "No work has landed."
                )
                {
                    Events = events.Count > 0 ? events : timeline.OfRun,
                },
                .. merged
                    .Take(MostTasks)
                    .Select(task => new ReportLine("merged", Named(task) + (task.Reused ? " (reused from an earlier run)" : ""))
                    {
                        Task = task.Id,
                        Events = timeline.Last(task.Id, TaskStates.Merged),
                    }),
                .. More(merged.Count),
            ]
        );
    }

    private static ReportSection Waiting(RunStatus run, RunTimeline timeline)
    {
        List<ReportLine> lines = [];
        if ((run.Standing ?? RunLiveness.Of(run)) is RunLiveness.Interrupted or RunLiveness.Paused)
        {
            var what =
                run.Standing == RunLiveness.Interrupted
                    ? "No process is working on the run, because its process has ended."
                    : "The run is paused.";
            lines.Add(
                new ReportLine("goes-on", what)
                {
                    Commands = [$"orchestrate resume {run.RunId}"],
                    Events = timeline.OfRun,
                    IsBad = true,
                }
            );
        }
        lines.AddRange(
            NextStep
                .Of(run)
                .Select(step => new ReportLine("needs-person", step.What)
                {
                    Task = step.Questions.Count == 1 ? step.Questions[0] : null,
                    Each = step.Each,
                    Commands = [.. step.Recommended, .. step.Others],
                    Events = [.. step.Questions.SelectMany(timeline.Last).Distinct().Order()],
                    IsBad = true,
                })
        );
        return new ReportSection(
            "person",
            "Needs attention",
            lines.Count > 0 ? lines : [new ReportLine("nothing-asked", "Nothing.") { Events = timeline.OfRun }]
        );
    }

    private static ReportSection RejectedWorkSection(RunTimeline timeline)
    {
        var back = timeline
            .All.Where(happened => happened.Task is not null)
            .GroupBy(happened => happened.Task!, StringComparer.Ordinal)
            .SelectMany(task =>
                task.Prepend(null).Zip(task).Where(step => step.First?.State != step.Second.State).Select(step => step.Second)
            )
            // A task that was paused returns to its previous state, which must not be counted as a second rejection.
            .Where(happened => happened.State == TaskStates.Remediating)
            .GroupBy(happened => happened.Task!, StringComparer.Ordinal)
            .ToList();
        return new ReportSection(
            "back",
            "Rejected work, and the reasons",
            [
                .. back.Take(MostTasks)
                    .Select(task =>
                    {
                        var whys = task.Select(happened => happened.Reason).Where(why => why.Length > 0).Distinct().ToList();
                        return new ReportLine(
                            "sent-back",
                            $"{task.Key} was rejected {Plural.Times(task.Count())}{(whys.Count == 1 ? $": {Cut(whys[0])}" : "")}"
                        )
                        {
                            Task = task.Key,
                            Each = whys.Count > 1 ? [.. whys.Select(why => Cut(why))] : [],
                            Events = [.. task.Select(happened => happened.Sequence)],
                        };
                    }),
                .. More(back.Count),
                .. back.Count == 0 ? (ReportLine[])[new ReportLine("none-sent-back", "Nothing.") { Events = timeline.OfRun }] : [],
            ]
        );
    }

    private static ReportSection Found(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var events = timeline.OfRunIn(RunStates.Landing, RunStates.AwaitingPromotion, RunStates.Integrating);
        (string Kind, string? Said)[] found =
        [
            ("losses", LostChangeCheck.Summary(folder)),
            ("secrets", SecretCheck.Summary(folder)),
            ("audit", AuditCheck.Summary(folder)),
        ];
        var lines = found
            .Where(check => check.Said is not null)
            .Select(check => new ReportLine(check.Kind, check.Said!) { Events = events.Count > 0 ? events : timeline.OfRun })
            .ToList();
        return new ReportSection(
            "losses",
            "Lost or changed work",
            lines.Count > 0 ? lines
                : run.Tasks.Any(task => TaskStates.IsOnStaging(task.State))
                    ?
                    [
                        new ReportLine("losses-unknown", "Not yet checked for lost changes; this check runs before the landing.")
                        {
                            Events = timeline.OfRun,
                        },
                    ]
                : []
        );
    }

    private static ReportSection Unproven(RunStatus run, RunTimeline timeline)
    {
        var merged = run.Tasks.Where(task => task.State is TaskStates.Merged or TaskStates.Kept).ToList();
        var unproven = merged.Where(task => GateFormatter.Unproven(task.Gates).Length > 0).ToList();
        return new ReportSection(
            "unproven",
            "Not verified",
            [
                .. unproven
                    .Take(MostTasks)
                    .Select(task => new ReportLine("unproven", $"{task.Id}: {GateFormatter.Unproven(task.Gates)}")
                    {
                        Task = task.Id,
                        Events = timeline.Last(task.Id, task.State),
                        IsBad = true,
                    }),
                .. More(unproven.Count),
                .. merged.Count > 0 && unproven.Count == 0
                    ? (ReportLine[])[new ReportLine("all-proven", "Nothing; gates checked all merged work.") { Events = timeline.OfRun }]
                    : [],
            ]
        );
    }

    private static ReportSection Claims(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var told = new AgentClaimSection(folder).Of(run);
        return new ReportSection(
            Evidence,
            "Claims and evidence",
            [
                .. told.Take(MostTasks)
                    .Select(task => new ReportLine("claim", $"{Named(task.Task)} ({task.Task.State})")
                    {
                        Task = task.Task.Id,
                        Each = task.Lines,
                        Events = timeline.Last(task.Task.Id),
                    }),
                .. More(told.Count),
            ]
        );
    }

    private static ReportSection WarningsSection(RunStatus run, RunTimeline timeline) =>
        new(
            Warnings,
            "Worth knowing",
            [
                .. RunWarnings.Of(run).Select(warning => new ReportLine("warning", warning) { Events = timeline.OfRun }),
                .. run.Left.Select(left => new ReportLine("left", left) { Events = timeline.OfRun }),
            ]
        );

    private static IEnumerable<ReportLine> More(int count) =>
        count > MostTasks ? [new ReportLine("more", $"And {count - MostTasks} more: orchestrate status --all lists them.")] : [];

    private static string Named(RunTask task) => $"{task.Id}{(task.Title.Length > 0 ? $": {Cut(task.Title)}" : "")}";

    private static string Cut(string text) => QuotedText.CutLine(text, LongestText);
}
