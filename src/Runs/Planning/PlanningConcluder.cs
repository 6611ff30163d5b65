using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Runs.Backlogs;

namespace Orchestrator.Runs.Planning;

/// <summary>
/// Stores the accepted plan at the requested path, or adds the planned tasks to the backlog. Also removes the planner's worktree.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class PlanningConcluder(RunServiceBundle services)
{
    /// <summary>Stores the result of planning, and removes the planner's worktree.</summary>
    /// <param name="input">The planning to end, and its result.</param>
    /// <returns>Path of the stored plan, for display.</returns>
    public async Task<string> EndAsync(EndPlanningInput input, CancellationToken stop)
    {
        var files = new PlanningFileStore(input.Repository, input.RunId, input.PlanningHash, input.Replan);
        if (input.PlanningHash.Length == 0)
        {
            return "";
        }
        var repository = await services.OpenRepositoryAsync(input.Repository.Path);
        await new WorktreeManager(repository).RemoveAsync(files.Worktree, stop);
        RemoveIfEmpty(Path.GetDirectoryName(files.Worktree)!);
        if (input.Replan > 0 || input.SaidHash.Length == 0)
        {
            return "";
        }
        if (files.Goal.Options.IsForBacklog)
        {
            return await AddTasksAsync(input, files, repository, stop);
        }
        var kept = files.Folder.Relative(files.PlanText);
        return input.Output is null ? $"the plan is in {kept}" : Deliver(input, files.Accepted(files.PlanPath, input.SaidHash), kept);
    }

    /// <summary>Adds the planned tasks to the backlog. Tasks that it already contains are skipped, so the call can be repeated.</summary>
    private async Task<string> AddTasksAsync(
        EndPlanningInput input,
        PlanningFileStore files,
        GitRepository repository,
        CancellationToken stop
    )
    {
        var (tasks, _) = PlannerBacklogAnswerParser.Read(Encoding.UTF8.GetString(files.Accepted(files.TasksPath, input.SaidHash)));
        var options = files.Goal.Options;
        var store = new BacklogStore(input.Repository.WorkTree, repository.CommonDirectory, services.Time);
        IReadOnlyList<string> ids = [];
        var changed = await store.ChangeAsync(options.Tag ?? store.CurrentTag, Add, stop);
        if (changed.File is null)
        {
            throw new RunStepFailedException(
                $"{store.Name} could not be changed: {string.Join(" ", changed.Faults.Select(f => f.ToString()))}",
                "BacklogBroken"
            );
        }
        DurableFile.Write(files.AddedPath, JsonSerializer.SerializeToUtf8Bytes(ids, PlanningGoalJsonContext.Default.IReadOnlyListString));
        return ids.Count == 0
            ? $"{store.Name} no longer has a task {options.Parent}, so nothing was added"
            : $"{string.Join(", ", ids)} {Plural.Form(ids.Count, "was", "were")} added to {store.Name}";

        Backlog Add(Backlog backlog)
        {
            if (options.Parent is not null && backlog.Find(options.Parent) is null)
            {
                return backlog;
            }
            (backlog, ids) = options.Parent is { } parent ? backlog.AddSubtasks(parent, tasks) : backlog.AddTasks(tasks);
            return backlog;
        }
    }

    private static string Deliver(EndPlanningInput input, byte[] plan, string kept)
    {
        var path = Path.GetFullPath(input.Output!, input.Repository.WorkTree);
        var read = PlanJson.Read(plan);
        var text = Encoding.UTF8.GetBytes(
            path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? PlanJson.WriteIndented(read) + "\n"
                : TaskGraphYamlWriter.WriteShort(read)
        );
        var isThere = File.Exists(path);
        if (isThere && !input.Overwrite && !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
        {
            return $"{input.Output} already existed and was not overwritten; the plan is in {kept}";
        }
        DurableFile.Write(path, text);
        return $"the plan is in {input.Output}";
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
