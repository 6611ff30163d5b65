using Orchestrator.Runs.Tasks;

namespace Orchestrator.App.Steering;

/// <summary>Stops agents of this machine without a Temporal server. Their conversations and files are kept.</summary>
public static class RunningAgentStopper
{
    /// <summary>Stops the selected agents that run, or that died and may have left processes.</summary>
    /// <param name="which">The run, task or <c>RUN/TASK</c>, or null for all agents of the repository.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="context">Notifies the user of each stopped agent.</param>
    /// <returns>The number of stopped agents.</returns>
    /// <exception cref="UseCaseException">No run or task matches.</exception>
    public static async Task<int> StopAsync(string? which, LocalRepositoryPaths repository, UseCaseServiceBundle context)
    {
        var running = Select(AgentRunFolders.Find(repository.RunsFolder), which, repository).Where(start => start.MayBeAtWork).ToList();
        foreach (var start in running)
        {
            await start.StopAsync(context.Time);
            context.Interaction.Inform($"stopped {start.Run}/{start.Task} (start {start.Number})");
        }
        return running.Count;
    }

    private static IEnumerable<AgentStartFolder> Select(
        IReadOnlyList<AgentStartFolder> starts,
        string? which,
        LocalRepositoryPaths repository
    )
    {
        if (which is null)
        {
            return starts;
        }
        var parts = which.Split('/', 2);
        // A single word names a task unless it is the prefix of a run's id.
        if (
            parts.Length == 1
            && !starts.Any(start => start.Run.StartsWith(which, StringComparison.OrdinalIgnoreCase))
            && starts.Where(start => start.Task == which && start.MayBeAtWork).ToList() is { Count: > 0 } having
        )
        {
            return having;
        }
        var run = RunNameResolver.RequireId(
            starts.Select(start => start.Run).Concat(StoredRunFinder.List(repository).Select(stored => stored.Id)),
            parts[0],
            repository
        );
        var ofRun = starts.Where(start => start.Run == run).ToList();
        if (parts.Length == 1)
        {
            return ofRun;
        }
        var task = UniquePrefix.Find(parts[1], [.. ofRun.Select(start => start.Task).Distinct()], "task with agents");
        return ofRun.Where(start => start.Task == task);
    }
}
