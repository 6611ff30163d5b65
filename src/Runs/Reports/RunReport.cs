using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports.Gates;
using Orchestrator.Runs.Tasks.Requests;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Renders the report of a run for users. It describes the landed work, the work on staging and the open decisions, each with its evidence.
/// </summary>
/// <param name="repository">Absolute path of the folder to which evidence paths are relative.</param>
/// <param name="time">The clock. Its current time is used as the end of an open run.</param>
/// <param name="accounts">Usage records of the user's agents, or null if unknown.</param>
public sealed class RunReport(string repository, TimeProvider? time = null, AccountUsageRecordCache? accounts = null)
{
    private const int EvidenceLines = 20;
    private const int MostEvidence = 10;
    private readonly GateEvidenceTailReader _evidence = new(repository);

    /// <summary>Renders the report as Markdown. The report of an open run describes its current state.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public string Render(RunStatus run)
    {
        var text = new EscapingMarkdownBuilder().Append($"# {run.RunId}: {RunLivenessClassifier.Describe(run)}\n");
        if (run.Title.Length > 0)
        {
            text.Append($"\n{run.Title}\n");
        }
        if (run.Reason.Length > 0)
        {
            text.Append($"\n").AppendParagraph(run.Reason);
        }
        text.Append($"\n");
        var folder = new RunFolder(repository, run.RunId);
        var report = MorningReport.Of(run, repository, (time ?? TimeProvider.System).GetUtcNow(), accounts);
        foreach (var (name, value) in report.Facts.Where(fact => fact.Name != "review"))
        {
            text.Append($"- {name}: {value}\n");
        }
        text.Append($"- review: {ReviewOf(run)}\n");
        if (run.Replan is { } replan)
        {
            text.Append($"- another plan: {replan}\n");
        }
        AppendWhatIsNext(text, run, folder);
        text.Append($"\n| task | state | attempts | starts | gates | cost | commit |\n|---|---|---|---|---|---|---|\n");
        foreach (var task in run.Tasks)
        {
            AppendRow(text, task);
        }
        AppendGates(text, run);
        AppendSections(text, report, MorningReport.Warnings, MorningReport.Contract, "back", "red", "time", "unproven");
        AppendRemarks(text, run);
        AppendModels(text, run, folder);
        text.Append(GateTally.Render(folder));
        AppendSections(text, report, MorningReport.Evidence);
        text.Append(AgentRequestReportSectionBuilder.Render(run, folder));
        text.Append(DecisionLog.Render(folder.Events));
        AppendEvidence(text, run);
        return text.ToString();
    }

    private static void AppendSections(EscapingMarkdownBuilder text, MorningReport report, params string[] ids)
    {
        foreach (var section in report.Sections.Where(section => ids.Contains(section.Id)).OrderBy(section => ids.IndexOf(section.Id)))
        {
            text.Append(section.ToMarkdown());
        }
    }

    private void AppendEvidence(EscapingMarkdownBuilder text, RunStatus run)
    {
        foreach (var task in run.Tasks.Where(t => !TaskStateNames.IsDone(t.State) && t.Evidence.Length > 0).Take(MostEvidence))
        {
            if (_evidence.Read(task.Evidence, EvidenceLines) is { Length: > 0 } evidence)
            {
                text.Append($"\n## {task.Id}: {task.Evidence}\n\n").AppendBlock(evidence);
            }
        }
    }

    private static string ReviewOf(RunStatus run)
    {
        if (run.Review is not { } review)
        {
            return "not reviewed";
        }
        var isMore = run.HasLanded && review.Standing.Count > 0 && review.Commit.Length > 0 && review.Commit != run.LandedCommit;
        return $"{review}{(review.Evidence.Length > 0 ? $" ({review.Evidence})" : "")}"
            + (isMore ? $"; it did not cover all landed commits: git log --oneline {review.Commit}..{run.LandedCommit}" : "");
    }

    // Such notes concern, for example, files that were held back.
    private static void AppendRemarks(EscapingMarkdownBuilder text, RunStatus run)
    {
        var remarks = run
            .Tasks.Where(task => TaskStateNames.IsDone(task.State) && task.Reason.Length > 0)
            .Select(task => EscapingMarkdownBuilder.Of($"- {task.Id}: {task.Reason}\n"))
            .ToList();
        if (remarks.Count > 0)
        {
            text.Append($"\n").Append(remarks);
        }
    }

    private static void AppendModels(EscapingMarkdownBuilder text, RunStatus run, RunFolder folder)
    {
        var worked = run
            .Tasks.Select(task => (task.Id, Models: AttemptLanguageModelReader.Of(folder.Path, task.Id)))
            .Where(task => task.Models.Count > 0)
            .Select(task => EscapingMarkdownBuilder.Of($"- {task.Id} was worked on by {string.Join(", ", task.Models)}\n"))
            .ToList();
        if (worked.Count > 0)
        {
            text.Append($"\n").Append(worked);
        }
    }

    // A verdict that affected a decision is shown only if the hash of its file is in the run's history.
    private void AppendGates(EscapingMarkdownBuilder text, RunStatus run)
    {
        if (RunPlanCache.TryRead(repository, run) is { } files)
        {
            text.Append($"\n## Gates that decide\n\n");
            text.Append([
                .. TaskAndStagingGateFormatter.Describe(files.Plan, files.Gates).Select(line => EscapingMarkdownBuilder.Of($"- {line}\n")),
            ]);
        }
    }

    private static void AppendRow(EscapingMarkdownBuilder text, RunTaskStatus task)
    {
        var gates = GateVerdictFormatter.Count(
            task.Gates ?? (task.State is TaskStateNames.Merged or TaskStateNames.Kept ? new GateSummary() : null)
        );
        var state = task.Reused ? $"{task.State} (reused)" : task.State;
        var commit = CommitIdFormatter.Shorten(task.State == TaskStateNames.Kept ? task.Commit : task.MergeCommit);
        text.Append($"| {task.Id} | {state} | {task.Attempt} | {task.Starts} | {gates} | {task.Cost:0.00} | {commit} |\n");
    }

    private static void AppendWhatIsNext(EscapingMarkdownBuilder text, RunStatus run, RunFolder folder)
    {
        if (run.Standing == RunLivenessClassifier.Interrupted)
        {
            text.Append($"\n## No process is working on the run\n\nThe process that executed the run has ended. To continue the run:\n\n")
                .AppendCommand($"orchestrate resume {run.RunId}");
        }
        if (RunLivenessClassifier.Of(run) == RunLivenessClassifier.Paused)
        {
            text.Append($"\n## The run is paused\n\nTo continue the run:\n\n").AppendCommand($"orchestrate resume {run.RunId}");
        }
        if (run.State is RunStateNames.Escalated or RunStateNames.AwaitingPromotion)
        {
            text.Append($"\n## The run waits for a decision\n\nEvidence: {folder.Relative(folder.Escalation)}\n");
        }
        RequiredUserActionSectionBuilder.AppendTo(text, RequiredUserAction.Of(run));
        if (run.Questions.Count > 0)
        {
            text.Append($"\nOther options: orchestrate status {run.RunId} --all\n");
        }
    }
}
