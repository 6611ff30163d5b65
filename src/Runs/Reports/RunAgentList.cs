using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>Determines which agents worked on a run. The run's default agent is not necessarily among them.</summary>
public static class RunAgentList
{
    /// <summary>Returns the names of the agents that worked on a run, in the order of its tasks.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">Status of the run.</param>
    /// <returns>The names of the agents. Only the default agent if no agent run has ended yet.</returns>
    public static IReadOnlyList<string> Of(string runFolder, RunStatus run) =>
        Names(run.Tasks.SelectMany(task => AttemptLanguageModelReader.NotesOf(runFolder, task.Id))) is { Count: > 0 } names
            ? names
            : [run.Agent];

    /// <summary>Describes the agents that worked on an attempt at a task, with their models.</summary>
    /// <param name="notes">Notes of the attempt's agent runs.</param>
    /// <param name="task">The task.</param>
    /// <param name="run">The run.</param>
    public static string Describe(IReadOnlyList<AgentRunOutcomeFile> notes, RunTaskStatus task, RunStatus run) =>
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
