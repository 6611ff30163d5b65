using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.Tasks;

/// <summary>The folder of one agent run.</summary>
/// <param name="Run">Name of the run's folder.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="Number">Number of the start, from 1.</param>
/// <param name="Path">Absolute path.</param>
public sealed record AgentStartFolder(string Run, string Task, int Number, string Path)
{
    /// <summary>The present state of the agent run.</summary>
    public AgentStartState State => AgentSupervisor.Look(Path);

    /// <summary>True if the start's agent works, or died and may have left running processes.</summary>
    public bool MayBeAtWork => State is AgentStartState.Running or AgentStartState.Died;

    /// <summary>Stops its agent and all processes that it started; conversation and files stay.</summary>
    public Task StopAsync(TimeProvider time) => new AgentSupervisor(time).StopAsync(Path, AgentFailure.Stopped);
}

/// <summary>Finds agent runs on this machine from the runs' files alone.</summary>
public static class AgentRunFolders
{
    /// <summary>All agent runs of a repository's runs, by run, task and number.</summary>
    /// <param name="runsFolder">The repository's <c>.orchestrator/runs</c>.</param>
    public static IReadOnlyList<AgentStartFolder> Find(string runsFolder)
    {
        var starts =
            from run in Folders(runsFolder)
            from task in Folders(Path.Combine(run, "tasks"))
            from folder in Of(task)
            select new AgentStartFolder(
                Path.GetFileName(run),
                Path.GetFileName(task),
                int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture),
                folder
            );
        return
        [
            .. starts
                .OrderBy(start => start.Run, StringComparer.Ordinal)
                .ThenBy(start => start.Task, StringComparer.Ordinal)
                .ThenBy(start => start.Number),
        ];
    }

    /// <summary>Absolute paths of the agent runs of a task, in no order.</summary>
    /// <param name="task">The task's folder.</param>
    public static IEnumerable<string> Of(string task) =>
        Folders(task).Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static string[] Folders(string parent) => Directory.Exists(parent) ? Directory.GetDirectories(parent) : [];
}
