using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>Reads the models of agent runs from the stored outcomes of these runs.</summary>
public static class AttemptLanguageModelReader
{
    /// <summary>Lists the models of a task's ended agent runs, oldest first.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <returns>The models. Empty if the agent programs reported none.</returns>
    public static IReadOnlyList<AttemptLanguageModel> Of(string runFolder, string task) =>
        [
            .. NotesOf(runFolder, task)
                .Where(notes => notes is { Attempt: > 0, Models.Count: > 0 })
                .Select(notes => new AttemptLanguageModel(notes.Attempt, notes.Models[0]))
                .Distinct(),
        ];

    /// <summary>Reads the stored outcomes of a task's ended agent runs, oldest first.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static IEnumerable<AgentRunOutcomeFile> NotesOf(string runFolder, string task)
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
                .Select(start => AgentRunOutcomeFile.Read(start.path))
                .OfType<AgentRunOutcomeFile>();
    }
}
