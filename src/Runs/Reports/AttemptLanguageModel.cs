using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>The model that an agent used in an attempt at a task.</summary>
/// <param name="Model">Name of the model with the most tokens, as the agent program reported it.</param>
/// <param name="Attempt">Number of the attempt, starting at 1.</param>
public sealed record AttemptLanguageModel(int Attempt, string Model)
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
    internal static IEnumerable<AgentRunOutcomeFile> NotesOf(string runFolder, string task)
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

    /// <summary>Formats the model with its attempt for display.</summary>
    public override string ToString() => $"{Model} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";
}

/// <summary>Determines which agents worked on a run. The run's default agent is not necessarily among them.</summary>
public static class RunAgentList
{
    /// <summary>Returns the names of the agents that worked on a run, in the order of its tasks.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">Status of the run.</param>
    /// <returns>The names of the agents. Only the default agent if no agent run has ended yet.</returns>
    public static IReadOnlyList<string> Of(string runFolder, RunStatus run) =>
        Names(run.Tasks.SelectMany(task => AttemptLanguageModel.NotesOf(runFolder, task.Id))) is { Count: > 0 } names ? names : [run.Agent];

    /// <summary>Describes the agents that worked on an attempt at a task, with their models.</summary>
    /// <param name="notes">Notes of the attempt's agent runs.</param>
    /// <param name="task">The task.</param>
    /// <param name="run">The run.</param>
    internal static string Describe(IReadOnlyList<AgentRunOutcomeFile> notes, RunTaskStatus task, RunStatus run) =>
        Describe(Names(notes) is { Count: > 0 } names ? names : [task.Agent ?? run.Agent], notes.SelectMany(one => one.Models));

    /// <summary>Formats the names of agents with their models.</summary>
    public static string Describe(IReadOnlyList<string> agents, IEnumerable<string> models)
    {
        string[] different = [.. models.Distinct(StringComparer.Ordinal)];
        return string.Join(", ", agents) + (different.Length > 0 ? $" ({string.Join(", ", different)})" : "");
    }

    private static IReadOnlyList<string> Names(IEnumerable<AgentRunOutcomeFile> notes) =>
        [.. notes.Select(one => one.Agent).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];
}
