using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.Tasks;

/// <summary>The folder of one agent run.</summary>
/// <param name="Run">Name of the run's folder.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="Number">Number of the agent run within its task, starting at 1.</param>
/// <param name="Path">Absolute path of the folder.</param>
public sealed record AgentStartFolder(string Run, string Task, int Number, string Path)
{
    /// <summary>Current state of the agent run, read from the folder.</summary>
    public AgentRunStatus State => AgentSupervisor.ReadState(Path);

    /// <summary>True if the agent is running, or if it died and its child processes may still be running.</summary>
    public bool MayBeAtWork => State is AgentRunStatus.Running or AgentRunStatus.Died;

    /// <summary>Stops the agent and all processes that it started. Its conversation and its files are kept.</summary>
    public Task StopAsync(TimeProvider time) => new AgentSupervisor(time).StopAsync(Path, AgentFailure.Stopped);
}

/// <summary>Finds the agent runs on this host, using only the files in the folders of runs.</summary>
public static class AgentRunFolders
{
    /// <summary>Lists all agent runs in a repository, sorted by run, task and number.</summary>
    /// <param name="runsFolder">Absolute path of the repository's <c>.orchestrator/runs</c> folder.</param>
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

    /// <summary>Lists the absolute paths of the folders of a task's agent runs, in no particular order.</summary>
    /// <param name="task">Absolute path of the task's folder.</param>
    public static IEnumerable<string> Of(string task) =>
        Folders(task).Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static string[] Folders(string parent) => Directory.Exists(parent) ? Directory.GetDirectories(parent) : [];
}
