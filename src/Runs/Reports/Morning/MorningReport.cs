using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// The report about a run as data, from which Markdown and HTML are rendered. Each line refers to the events on which it is based. Times
/// are in UTC and end with <c>Z</c>.
/// </summary>
/// <param name="Facts">Names and values that concern the whole run.</param>
/// <param name="Sections">The sections, most important first.</param>
public sealed record MorningReport(IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<RunReportSection> Sections)
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
    public static MorningReport Of(RunStatus run, string repository, DateTimeOffset now, AccountUsageRecordCache? accounts = null)
    {
        var folder = new RunFolder(repository, run.RunId);
        var timeline = new RunTimeline([.. RunEventFileReader.Read(folder.Events).DistinctBy(happened => happened.Sequence)]);
        var end = RunStateNames.IsFinal(run.State) ? run.UpdatedAt : now;
        IReadOnlyList<RunReportSection> sections =
        [
            Landed(run, timeline),
            Waiting(run, timeline),
            RunContractReportSectionBuilder.Of(run, folder, timeline, now, accounts),
            RejectedWorkSection(timeline),
            .. GateReportSectionBuilder.Of(run, folder, timeline),
            TaskCostReportSectionBuilder.Of(run, folder, timeline),
            TaskTimeReportSectionBuilder.Of(timeline, end),
            Found(run, folder, timeline),
            Unproven(run, timeline),
            Claims(run, folder, timeline),
            WarningsSection(run, timeline),
        ];
        return new MorningReport(
            [.. RunReportFacts.Of(run, folder, now).Where(fact => fact.Value.Length > 0)],
            [.. sections.Where(section => section.Lines.Count > 0 || section.Table is not null)]
        );
    }

    private static RunReportSection Landed(RunStatus run, RunTimeline timeline)
    {
        var landed = timeline.All.LastOrDefault(happened => happened is { Task: null, Why: RunLandedReason })?.Sequence;
        var events = landed is { } number ? [number] : timeline.OfRunIn(RunStateNames.Completed, RunStateNames.Aborted);
        var merged = run.Tasks.Where(task => task.State == TaskStateNames.Merged).ToList();
        return new RunReportSection(
            "landed",
            "Landed work",
            [
                new RunReportLine(
                    "landed",
                    run.HasLanded ? $"{RunTaskCounts.Of(run)}; landed: {RunLivenessClassifier.DescribeLanding(run)}."
                        : merged.Count > 0 ? $"No work has landed; {RunTaskCounts.Of(run)} (on {run.Staging})."
                        : "No work has landed."
                )
                {
                    Events = events.Count > 0 ? events : timeline.OfRun,
                },
                .. merged
                    .Take(MostTasks)
                    .Select(task => new RunReportLine("merged", Named(task) + (task.Reused ? " (reused from an earlier run)" : ""))
                    {
                        Task = task.Id,
                        Events = timeline.Last(task.Id, TaskStateNames.Merged),
                    }),
                .. More(merged.Count),
            ]
        );
    }

    private static RunReportSection Waiting(RunStatus run, RunTimeline timeline)
    {
        List<RunReportLine> lines = [];
        if ((run.Standing ?? RunLivenessClassifier.Of(run)) is RunLivenessClassifier.Interrupted or RunLivenessClassifier.Paused)
        {
            var what =
                run.Standing == RunLivenessClassifier.Interrupted
                    ? "No process is working on the run, because the process that executed it has ended."
                    : "The run is paused.";
            lines.Add(
                new RunReportLine("goes-on", what)
                {
                    Commands = [$"orchestrate resume {run.RunId}"],
                    Events = timeline.OfRun,
                    IsBad = true,
                }
            );
        }
        lines.AddRange(
            RequiredUserAction
                .Of(run)
                .Select(step => new RunReportLine("needs-person", step.What)
                {
                    Task = step.Questions.Count == 1 ? step.Questions[0] : null,
                    Each = step.Each,
                    Commands = [.. step.Recommended, .. step.Others],
                    Events = [.. step.Questions.SelectMany(timeline.Last).Distinct().Order()],
                    IsBad = true,
                })
        );
        return new RunReportSection(
            "person",
            "Needs attention",
            lines.Count > 0 ? lines : [new RunReportLine("nothing-asked", "Nothing.") { Events = timeline.OfRun }]
        );
    }

    private static RunReportSection RejectedWorkSection(RunTimeline timeline)
    {
        var back = timeline
            .All.Where(happened => happened.Task is not null)
            .GroupBy(happened => happened.Task!, StringComparer.Ordinal)
            .SelectMany(task =>
                task.Prepend(null).Zip(task).Where(step => step.First?.State != step.Second.State).Select(step => step.Second)
            )
            // A task that was paused returns to its previous state, which must not be counted as a second rejection.
            .Where(happened => happened.State == TaskStateNames.Remediating)
            .GroupBy(happened => happened.Task!, StringComparer.Ordinal)
            .ToList();
        return new RunReportSection(
            "back",
            "Rejected work and reasons",
            [
                .. back.Take(MostTasks)
                    .Select(task =>
                    {
                        var whys = task.Select(happened => happened.Reason).Where(why => why.Length > 0).Distinct().ToList();
                        return new RunReportLine(
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
                .. back.Count == 0 ? (RunReportLine[])[new RunReportLine("none-sent-back", "Nothing.") { Events = timeline.OfRun }] : [],
            ]
        );
    }

    private static RunReportSection Found(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var events = timeline.OfRunIn(RunStateNames.Landing, RunStateNames.AwaitingPromotion, RunStateNames.Integrating);
        (string Kind, string? Said)[] found =
        [
            ("losses", RunLostChangeChecker.Summary(folder)),
            ("secrets", PreLandingSecretChecker.Summary(folder)),
            ("audit", PackageVulnerabilityAuditor.Summary(folder)),
        ];
        var lines = found
            .Where(check => check.Said is not null)
            .Select(check => new RunReportLine(check.Kind, check.Said!) { Events = events.Count > 0 ? events : timeline.OfRun })
            .ToList();
        return new RunReportSection(
            "losses",
            "Lost or changed work",
            lines.Count > 0 ? lines
                : run.Tasks.Any(task => TaskStateNames.IsOnStaging(task.State))
                    ?
                    [
                        new RunReportLine("losses-unknown", "Not yet checked for lost changes; this check runs before the landing.")
                        {
                            Events = timeline.OfRun,
                        },
                    ]
                : []
        );
    }

    private static RunReportSection Unproven(RunStatus run, RunTimeline timeline)
    {
        var merged = run.Tasks.Where(task => task.State is TaskStateNames.Merged or TaskStateNames.Kept).ToList();
        var unproven = merged.Where(task => GateVerdictFormatter.Unproven(task.Gates).Length > 0).ToList();
        return new RunReportSection(
            "unproven",
            "Not verified",
            [
                .. unproven
                    .Take(MostTasks)
                    .Select(task => new RunReportLine("unproven", $"{task.Id}: {GateVerdictFormatter.Unproven(task.Gates)}")
                    {
                        Task = task.Id,
                        Events = timeline.Last(task.Id, task.State),
                        IsBad = true,
                    }),
                .. More(unproven.Count),
                .. merged.Count > 0 && unproven.Count == 0
                    ? (RunReportLine[])
                        [new RunReportLine("all-proven", "Nothing; gates checked all merged work.") { Events = timeline.OfRun }]
                    : [],
            ]
        );
    }

    private static RunReportSection Claims(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var told = new AgentClaimAndFactComparer(folder).Of(run);
        return new RunReportSection(
            Evidence,
            "Claims and evidence",
            [
                .. told.Take(MostTasks)
                    .Select(task => new RunReportLine("claim", $"{Named(task.Task)} ({task.Task.State})")
                    {
                        Task = task.Task.Id,
                        Each = task.Lines,
                        Events = timeline.Last(task.Task.Id),
                    }),
                .. More(told.Count),
            ]
        );
    }

    private static RunReportSection WarningsSection(RunStatus run, RunTimeline timeline) =>
        new(
            Warnings,
            "Worth knowing",
            [
                .. RunWarningCollector.Of(run).Select(warning => new RunReportLine("warning", warning) { Events = timeline.OfRun }),
                .. run.Left.Select(left => new RunReportLine("left", left) { Events = timeline.OfRun }),
            ]
        );

    private static IEnumerable<RunReportLine> More(int count) =>
        count > MostTasks ? [new RunReportLine("more", $"And {count - MostTasks} more: orchestrate status --all lists them.")] : [];

    private static string Named(RunTaskStatus task) => $"{task.Id}{(task.Title.Length > 0 ? $": {Cut(task.Title)}" : "")}";

    private static string Cut(string text) => QuotedText.CutLine(text, LongestText);
}
