using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>The model that worked on an attempt of a task.</summary>
/// <param name="Model">The one with the most tokens, as the agent's program reports it.</param>
public sealed record AttemptModel(int Attempt, string Model)
{
    /// <summary>Models of a task's ended agent runs, in order.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <returns>Empty where its agent's program reports no models.</returns>
    public static IReadOnlyList<AttemptModel> Of(string runFolder, string task) =>
        [
            .. NotesOf(runFolder, task)
                .Where(notes => notes is { Attempt: > 0, Models.Count: > 0 })
                .Select(notes => new AttemptModel(notes.Attempt, notes.Models[0]))
                .Distinct(),
        ];

    /// <summary>The notes on a task's ended agent runs, in order.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    internal static IEnumerable<AgentRunNotes> NotesOf(string runFolder, string task)
    {
        var folder = Path.Combine(runFolder, "tasks", task);
        return !Directory.Exists(folder)
            ? []
            : Directory
                .EnumerateDirectories(folder)
                .Select(path =>
                    (path, Number: int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
                )
                .Where(start => start.Number > 0)
                .OrderBy(start => start.Number)
                .Select(start => AgentRunNotes.Read(start.path))
                .OfType<AgentRunNotes>();
    }

    /// <summary>The model and its attempt as people read them.</summary>
    public override string ToString() => $"{Model} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";
}
