using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>
/// Commit trailers (git-interpret-trailers(1)) that identify the run, task and attempt that produced a commit. The commit of a task's
/// result also records a content key, which identifies results that later runs can reuse.
/// </summary>
/// <param name="Run">Id of the run, in <c>Orchestrator-Run</c>.</param>
/// <param name="Task">Id of the task, in <c>Orchestrator-Task</c>.</param>
/// <param name="Attempt">Number of the task's attempt, counted from 1, in <c>Orchestrator-Attempt</c>.</param>
/// <param name="Key">Content key of the result, in <c>Orchestrator-Key</c>.</param>
public sealed record CommitTrailers(string Run, string? Task = null, int? Attempt = null, string? Key = null)
{
    internal string Append(string message)
    {
        var text = new StringBuilder(message.Trim()).Append("\n\nOrchestrator-Run: ").Append(Run).Append('\n');
        Add("Orchestrator-Task", Task);
        Add("Orchestrator-Attempt", Attempt?.ToString(CultureInfo.InvariantCulture));
        Add("Orchestrator-Key", Key);
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name).Append(": ").Append(value).Append('\n');
            }
        }
    }

    internal static CommitTrailers? Parse(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                values[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }
        return values.TryGetValue("Orchestrator-Run", out var run)
            ? new CommitTrailers(
                run,
                values.GetValueOrDefault("Orchestrator-Task"),
                int.TryParse(values.GetValueOrDefault("Orchestrator-Attempt"), out var attempt) ? attempt : null,
                values.GetValueOrDefault("Orchestrator-Key")
            )
            : null;
    }
}
