using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Landing;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Requests;

namespace Orchestrator.Runs.Reports;

/// <summary>Report of a run for people: what landed, what is on staging, what needs a decision, with evidence.</summary>
/// <param name="repository">Absolute path that evidence is relative to.</param>
public sealed class RunReport(string repository)
{
    private const int EvidenceLines = 20;
    private const int MostEvidence = 10;
    private readonly EvidenceTail _evidence = new(repository);

    /// <summary>The report as Markdown; for an open run, of its present state.</summary>
    /// <param name="run">The run with all its tasks.</param>
    public string Render(RunStatus run)
    {
        var text = new StringBuilder();
        Line($"# {run.RunId}: {RunStanding.Describe(run)}");
        if (run.Title.Length > 0)
        {
            Line($"\n{run.Title}");
        }
        if (run.Reason.Length > 0)
        {
            Line("\n" + run.Reason.ReplaceLineEndings("\n\n"));
        }
        Line("");
        if ((run.Counts ?? RunCounts.Of(run)).ToString() is { Length: > 0 } counts)
        {
            Line($"- tasks: {counts}");
        }
        Line($"- landed: {(run.HasLanded ? $"{run.LandedCommit} on {(run.LandedOn.Length > 0 ? run.LandedOn : run.Target)}" : "nothing")}");
        var onStaging = run.Tasks.Where(t => TaskStates.IsOnStaging(t.State) && !t.Landed).Select(t => t.Id).ToList();
        if (onStaging.Count > 0 && !RunStates.IsFinal(run.State))
        {
            Line($"- on {run.Staging}, not on {run.Target} yet: {string.Join(", ", onStaging)}");
        }
        Line($"- agent starts: {run.AgentStarts}");
        Line(string.Create(CultureInfo.InvariantCulture, $"- cost: {run.Cost:0.00} USD"));
        var folder = new RunFolder(repository, run.RunId);
        foreach (var found in new[] { RunLosses.Summary(folder), SecretCheck.Summary(folder), AuditCheck.Summary(folder) }.OfType<string>())
        {
            Line($"- {found}");
        }
        Line($"- review: {ReviewOf(run)}");
        if (run.Replan is { } replan)
        {
            Line($"- another plan: {replan}");
        }
        foreach (var item in run.Warnings.Select(w => $"warning: {w}").Concat(run.Left))
        {
            Line($"- {item}");
        }
        AppendWhatIsNext(text, run, folder);
        Line("\n| task | state | attempts | starts | gates | cost | commit |");
        Line("|---|---|---|---|---|---|---|");
        foreach (var task in run.Tasks)
        {
            Line(RowOf(task));
        }
        AppendModels(text, run, folder);
        AppendMeasurements(text, run);
        text.Append(GateTally.Render(folder));
        text.Append(new TaskFacts(folder).Render(run));
        text.Append(RequestReport.Render(run, folder));
        text.Append(PersonsWord.Render(folder.Events));
        foreach (var task in run.Tasks.Where(t => !TaskStates.IsDone(t.State) && t.Evidence.Length > 0).Take(MostEvidence))
        {
            if (_evidence.Read(task.Evidence, EvidenceLines) is { Length: > 0 } evidence)
            {
                Line($"\n## {task.Id}: {task.Evidence}\n\n{evidence}");
            }
        }
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    private static string ReviewOf(RunStatus run)
    {
        if (run.Review is not { } review)
        {
            return "not reviewed";
        }
        var isMore = run.HasLanded && review.Standing.Count > 0 && review.Commit.Length > 0 && review.Commit != run.LandedCommit;
        return $"{review}{(review.Evidence.Length > 0 ? $" ({review.Evidence})" : "")}"
            + (isMore ? $"; it has not seen all that landed: git log --oneline {review.Commit}..{run.LandedCommit}" : "");
    }

    private static void AppendModels(StringBuilder text, RunStatus run, RunFolder folder)
    {
        var worked = run
            .Tasks.Select(task => (task.Id, Models: AttemptModel.Of(folder.Path, task.Id)))
            .Where(task => task.Models.Count > 0)
            .Select(task => $"- {task.Id} was worked on by {string.Join(", ", task.Models)}\n")
            .ToList();
        if (worked.Count > 0)
        {
            text.Append('\n').AppendJoin("", worked);
        }
    }

    private static string RowOf(RunTask task)
    {
        var gates = task.Gates ?? (task.State == TaskStates.Merged ? "not verified" : "");
        var state = task.Reused ? $"{task.State} (taken up)" : task.State;
        var commit = task.MergeCommit.Length > 12 ? task.MergeCommit[..12] : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {task.Id} | {state} | {task.Attempt} | {task.Starts} | {gates} | {task.Cost:0.00} | {commit} |"
        );
    }

    private static void AppendMeasurements(StringBuilder text, RunStatus run)
    {
        var rows = run
            .Tasks.SelectMany(task => (task.Measurements ?? []).Select(m => (Task: task.Id, Measurement: m)))
            .Select(row =>
                $"| {row.Task} | {row.Measurement.Name.Replace("|", "\\|", StringComparison.Ordinal)} | {row.Measurement.Expected} "
                + $"| {TaskMeasurement.Show(row.Measurement.Measured, "nothing")}{(row.Measurement.Met ? "" : " (missed)")} "
                + $"| {TaskMeasurement.Show(row.Measurement.Claimed, "")} |\n"
            )
            .ToList();
        if (rows.Count > 0)
        {
            text.Append("\n| task | measurement | expected | measured | its agent said |\n|---|---|---|---|---|\n").AppendJoin("", rows);
        }
    }

    private static void AppendWhatIsNext(StringBuilder text, RunStatus run, RunFolder folder)
    {
        if (run.Standing == RunStanding.Interrupted)
        {
            text.Append(
                    $"\n## Nobody works on it\n\nThe process that worked on it has ended. It goes on with\n\n    orchestrate resume "
                        + $"{run.RunId}"
                )
                .Append('\n');
        }
        if (RunStanding.Of(run) == RunStanding.Paused)
        {
            text.Append($"\n## It is paused\n\nIt goes on with\n\n    orchestrate resume {run.RunId}").Append('\n');
        }
        if (run.State is RunStates.Escalated or RunStates.AwaitingPromotion)
        {
            text.Append($"\n## It waits for a decision\n\nWhat to decide by: {folder.Relative(folder.Escalation)}\n");
        }
        if (run.Questions.Count > 0)
        {
            text.Append("\n## What needs a person").Append('\n');
            foreach (var question in run.Questions)
            {
                text.Append($"\n{question.Question}\n\n{string.Join('\n', question.Commands.Select(command => $"    {command}"))}")
                    .Append('\n');
            }
        }
    }
}
