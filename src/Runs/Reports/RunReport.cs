using System.Globalization;
using System.Text;
using Orchestrator.Messages;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Landing;
using Orchestrator.Runs.Merging;

namespace Orchestrator.Runs.Reports;

/// <summary>A run as people read it who were not there: what landed, what is on staging, what needs them, with the evidence.</summary>
/// <param name="repository">Absolute path that evidence is relative to.</param>
public sealed class RunReport(string repository)
{
    private const int EvidenceLines = 20;
    private const int LongestLine = 300;
    private const int MostEvidence = 10;

    /// <summary>The report as Markdown. A run that goes on is told as it is now.</summary>
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
            Line($"\n{run.Reason}");
        }
        Line("");
        if ((run.Counts ?? RunCounts.Of(run)).ToString() is { Length: > 0 } counts)
        {
            Line($"- tasks: {counts}");
        }
        Line($"- landed: {(run.HasLanded ? $"{run.LandedCommit} on {(run.LandedOn.Length > 0 ? run.LandedOn : run.Target)}" : "nothing")}");
        var onStaging = run.Tasks.Where(t => t.State == TaskStates.Merged && !t.Landed).Select(t => t.Id).ToList();
        if (onStaging.Count > 0 && !RunStates.IsFinal(run.State))
        {
            Line($"- on {run.Staging}, not on {run.Target} yet: {string.Join(", ", onStaging)}");
        }
        Line($"- agent starts: {run.AgentStarts}");
        Line(string.Create(CultureInfo.InvariantCulture, $"- cost: {run.Cost:0.00} USD"));
        if (RunLosses.Summary(new RunFolder(repository, run.RunId)) is { } losses)
        {
            Line($"- {losses}");
        }
        if (SecretCheck.Summary(new RunFolder(repository, run.RunId)) is { } secrets)
        {
            Line($"- {secrets}");
        }
        Line($"- review: {run.Review?.ToString() ?? "not reviewed"}{(run.Review?.Evidence is { Length: > 0 } said ? $" ({said})" : "")}");
        foreach (var item in run.Warnings.Select(w => $"warning: {w}").Concat(run.Left))
        {
            Line($"- {item}");
        }
        AppendWhatIsNext(text, run);
        Line("\n| task | state | attempts | starts | gates | cost | commit |");
        Line("|---|---|---|---|---|---|---|");
        foreach (var task in run.Tasks)
        {
            Line(RowOf(task));
        }
        AppendMeasurements(text, run);
        text.Append(GateTally.Render(new RunFolder(repository, run.RunId)));
        foreach (var task in run.Tasks.Where(t => t.Reason.Length > 0))
        {
            Line($"\n- {task.Id}: {task.Reason}{(task.Evidence.Length > 0 ? $" ({task.Evidence})" : "")}");
        }
        foreach (var task in run.Tasks.Where(t => !TaskStates.IsDone(t.State) && t.Evidence.Length > 0).Take(MostEvidence))
        {
            if (ReadEvidence(task.Evidence) is { Length: > 0 } evidence)
            {
                Line($"\n## {task.Id}: {task.Evidence}\n\n{evidence}");
            }
        }
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
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

    private static void AppendWhatIsNext(StringBuilder text, RunStatus run)
    {
        if (run.Standing == RunStanding.Interrupted)
        {
            text.Append(
                    $"\n## Nobody works on it\n\nThe process that worked on it has ended. It goes on with\n\n    orchestrate resume {run.RunId}"
                )
                .Append('\n');
        }
        if (RunStanding.Of(run) == RunStanding.Paused)
        {
            text.Append($"\n## It is paused\n\nIt goes on with\n\n    orchestrate resume {run.RunId}").Append('\n');
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

    // As an indented block: whatever an agent or a gate has written stays text.
    private string ReadEvidence(string file)
    {
        var path = Path.GetFullPath(Path.Combine(repository, file));
        if (!path.StartsWith(repository + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            return "";
        }
        var last = new Queue<string>();
        foreach (var line in File.ReadLines(path).Where(line => line.Trim().Length > 0))
        {
            last.Enqueue(line.Length > LongestLine ? line[..LongestLine] + "…" : line);
            if (last.Count > EvidenceLines)
            {
                last.Dequeue();
            }
        }
        return string.Join('\n', last.Select(line => $"    {line}"));
    }
}
