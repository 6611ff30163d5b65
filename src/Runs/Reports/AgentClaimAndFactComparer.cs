using Orchestrator.Gates.Secrets;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Reports;

/// <summary>Compares the claims of agents with facts about their work.</summary>
public sealed class AgentClaimAndFactComparer(RunFolder folder)
{
    private const int LongestClaim = 500;

    /// <summary>
    /// Returns, for each task with something to report, lines about the agent's claim and about facts that show whether the claim is true.
    /// </summary>
    public IReadOnlyList<(RunTaskStatus Task, IReadOnlyList<string> Lines)> Of(RunStatus run) =>
        [
            .. run
                .Tasks.Where(task => task.Starts > 0 || task.Reason.Length > 0 || TaskStateNames.IsDone(task.State))
                .Select((task, i) => (task, (IReadOnlyList<string>)(i < MorningReport.MostTasks ? [.. Lines(task, run)] : []))),
        ];

    /// <summary>Returns the last claim of a task's agent as one line. Empty if the agent made none.</summary>
    public string Claim(RunTaskStatus task) =>
        LastClaim(task) is not { } claim ? ""
        : claim.Reason.Length == 0 ? claim.Status
        : $"{claim.Status}: \"{OneLine(SecretScanner.Redact(claim.Reason))}\"";

    /// <summary>
    /// Returns the closing message of a task's agent as one line. It is the agent's claim, or its last output if it made no claim. Empty if
    /// there is neither.
    /// </summary>
    public string ClosingMessage(RunTaskStatus task) =>
        Claim(task) is { Length: > 0 } claim ? claim
        : LastOf(task, start => AgentRunOutcomeFile.Read(start)?.FinalText is { Length: > 0 } words ? words : null) is { } last
            ? $"\"{OneLine(SecretScanner.Redact(last))}\""
        : "";

    private IEnumerable<string> Lines(RunTaskStatus task, RunStatus run)
    {
        var isWork =
            task.Id is not (ReviewTaskDefinition.Id or ReplanTaskDefinition.Id) && !(run.HasPlanner && task.Id == PlannerTaskDefinition.Id);
        if (isWork && GateEvidence.ReadProof(folder, task.Id, task.Attempt) is { ProvesNothing: true } proof)
        {
            yield return GateVerdictFormatter.Red(proof);
        }
        if (isWork && task.Starts > 0)
        {
            yield return $"its agent said: {(ClosingMessage(task) is { Length: > 0 } said ? said : "nothing")}";
        }
        if (task.Host is { } host)
        {
            yield return $"ran on {host}";
        }
        foreach (var relay in task.Relays ?? [])
        {
            yield return relay.ToString();
        }
        foreach (var line in isWork ? GateLines(task) : [])
        {
            yield return line;
        }
        foreach (var figure in task.Measurements ?? [])
        {
            yield return $"measured {OneLine(figure.Name)}: "
                + $"{TaskMeasurement.Show(figure.Measured, "nothing")}{(figure.Met ? "" : " (missed)")}, "
                + $"expected {figure.Expected}"
                + $"{(figure.Claimed is null ? "" : $"; its agent said {TaskMeasurement.Show(figure.Claimed, "")}")}";
        }
        if (
            isWork
            && task.State is TaskStateNames.Merged or TaskStateNames.Kept
            && GateVerdictFormatter.Unproven(task.Gates) is { Length: > 0 } unproven
        )
        {
            yield return unproven;
        }
        if (task.Reason.Length > 0)
        {
            yield return $"{OneLine(task.Reason, int.MaxValue)}{(task.Evidence.Length > 0 ? $" ({task.Evidence})" : "")}";
        }
    }

    private IEnumerable<string> GateLines(RunTaskStatus task)
    {
        var verdicts = GateEvidence.Read(folder, task.Id, task.Attempt);
        foreach (var verdict in verdicts ?? [])
        {
            yield return GateVerdictFormatter.Line(verdict);
            if (verdict.Anomalies.Count > 0)
            {
                yield return $"anomaly: {GateVerdictFormatter.Anomalies(verdict)}";
            }
            if (GateEvidence.Tampered(folder.Repository, verdict) is { } tampered)
            {
                yield return $"anomaly: gate '{OneLine(verdict.Name)}': {tampered}; its current content is not evidence";
            }
        }
        if (verdicts is null)
        {
            yield return "anomaly: its gate output can't be read, because another program changed it";
        }
    }

    private AgentOutcomeClaim? LastClaim(RunTaskStatus task) => LastOf(task, AgentOutcomeClaim.TryRead);

    /// <summary>Returns a value from the latest of a task's agent runs that has this value, or null if none has it.</summary>
    private T? LastOf<T>(RunTaskStatus task, Func<string, T?> read)
        where T : class
    {
        var starts = folder.Task(task.Id);
        return !Directory.Exists(starts)
            ? null
            : Directory
                .EnumerateDirectories(starts)
                .Select(path =>
                    (path, Number: int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
                )
                .Where(start => start.Number > 0)
                .OrderByDescending(start => start.Number)
                .Select(start => read(start.path))
                .FirstOrDefault(found => found is not null);
    }

    // Text from an agent must not add lines to the report.
    private static string OneLine(string text, int longest = LongestClaim) => QuotedText.CutLine(text, longest);
}
