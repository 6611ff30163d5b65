namespace Orchestrator.Runs.Reports;

/// <summary>Which model worked on an attempt of a task.</summary>
/// <param name="Model">The one that did most of it, as the agent's program says.</param>
public sealed record AttemptModel(int Attempt, string Model)
{
    /// <summary>Those of a task's starts that have ended, in order.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <returns>None where its agent's program names no models.</returns>
    public static IReadOnlyList<AttemptModel> Of(string runFolder, string task)
    {
        var folder = Path.Combine(runFolder, "tasks", task);
        return !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(folder)
                    .Select(path =>
                        (
                            path,
                            Number: int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0
                        )
                    )
                    .Where(start => start.Number > 0)
                    .OrderBy(start => start.Number)
                    .Select(start => AgentRunNotes.Read(start.path))
                    .OfType<AgentRunNotes>()
                    .Where(notes => notes is { Attempt: > 0, Models.Count: > 0 })
                    .Select(notes => new AttemptModel(notes.Attempt, notes.Models[0]))
                    .Distinct(),
            ];
    }

    /// <summary>As people read it.</summary>
    public override string ToString() => $"{Model} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";
}
