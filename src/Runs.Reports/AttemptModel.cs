using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>The model that worked on an attempt of a task.</summary>
/// <param name="Model">The model with the most tokens, as reported by the agent program.</param>
public sealed record AttemptModel(int Attempt, string Model)
{
    /// <summary>Lists the models of a task's finished agent runs, in order.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <returns>The models; empty if the agent program reports none.</returns>
    public static IReadOnlyList<AttemptModel> Of(string runFolder, string task) =>
        [
            .. NotesOf(runFolder, task)
                .Where(notes => notes is { Attempt: > 0, Models.Count: > 0 })
                .Select(notes => new AttemptModel(notes.Attempt, notes.Models[0]))
                .Distinct(),
        ];

    /// <summary>Reads the notes of a task's finished agent runs, in order.</summary>
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

    /// <summary>Formats the model and its attempt for display.</summary>
    public override string ToString() => $"{Model} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";
}
