using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>The parts of a run that are missing on this host.</summary>
/// <param name="Parts">The missing parts, each as a phrase within a sentence. Empty if nothing is missing.</param>
public sealed record MovedRunCompletenessResult(IReadOnlyList<string> Parts)
{
    /// <summary>Ids of the tasks whose work is missing but can be redone. Empty if any missing part can't be recreated.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Hash of the staging branch's tip on this host, or empty if the branch does not exist.</summary>
    public string Staging { get; init; } = "";
}

/// <summary>
/// Prepares this host for a run that is moving here, and finds the parts of the run that are missing. Agents on the previous host are
/// assumed to be dead, as after a restart.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class MovedRunPreparer(RunServiceBundle services)
{
    private const int MostNamed = 5;

    /// <summary>
    /// True if a repository contains the base commit of a run. The check is needed because several projects may use the same remote.
    /// </summary>
    /// <param name="run">Status of the run, as reported by its workflow. If the previous host failed during preflight, it contains no base
    /// commit, but the remote may.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="remote">Name or URL of the common remote.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>True or false, or null if neither the status nor the remote contains the base commit.</returns>
    public async Task<bool?> ContainsBaseAsync(RunStatus run, RepositoryReference here, string remote, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(here.Path);
        var began = run.BaseCommit;
        if (began.Length == 0)
        {
            var name = RunRefNameBuilder.Base(new RunFolder(here.Path, run.RunId));
            began = (await new RemoteRefs(repository, remote).ListAsync([name], stop)).Refs.GetValueOrDefault(name) ?? "";
        }
        return began.Length == 0 ? null : await repository.HasCommitAsync(began, stop);
    }

    /// <summary>Finds the parts of a run that this host needs but does not have.</summary>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <param name="here">The repository on this host.</param>
    public async Task<MovedRunCompletenessResult> FindMissingAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
    {
        var folder = new RunFolder(here.Path, run.RunId);
        if (!Directory.Exists(folder.Path))
        {
            return new MovedRunCompletenessResult([$"its files are missing ({folder.Relative(folder.Path)})"]);
        }
        if (run.PlanHash.Length == 0)
        {
            return new MovedRunCompletenessResult([]);
        }
        if (TryLoad(run, here, out var damage) is not { } files)
        {
            return new MovedRunCompletenessResult([damage]);
        }
        var missing = new List<string>();
        if (files.Start.LinkedWorktree is { } linked && !Directory.Exists(linked))
        {
            missing.Add($"it was started in the linked worktree {linked}, which does not exist on this host");
        }
        var repository = await services.OpenRepositoryAsync(here.Path);
        var refs = new RefStore(repository);
        var staging = RunRefNameBuilder.Staging(files.Settings, folder);
        var tip = await refs.ReadAsync(staging, stop);
        if (run.Staging.Length > 0 && tip is null)
        {
            missing.Add($"the branch {RunRefNameBuilder.Label(staging)} is missing");
        }
        async Task<bool> IsGoneAsync(string commit) => commit.Length > 0 && !await repository.HasCommitAsync(commit, stop);
        if (await IsGoneAsync(run.BaseCommit))
        {
            missing.Add($"its base commit is missing: {CommitIdFormatter.Shorten(run.BaseCommit)}");
        }
        var (gone, lost) = (new List<string>(), new List<string>());
        foreach (var task in run.Tasks)
        {
            var (isMergeGone, isWorkGone) = (await IsGoneAsync(task.MergeCommit), await IsGoneAsync(task.Commit));
            gone.AddRange(isMergeGone ? [$"{CommitIdFormatter.Shorten(task.MergeCommit)} (the merge of {task.Id})"] : []);
            gone.AddRange(isWorkGone ? [$"{CommitIdFormatter.Shorten(task.Commit)} (the work of {task.Id})"] : []);
            if (isMergeGone || isWorkGone || await HasBegunElsewhereAloneAsync(task))
            {
                lost.Add(task.Id);
            }
        }
        // Only tasks can be repeated. No other missing part can be recreated.
        var isOnlyWork = missing.Count == 0 && gone.Count > 0;
        if (gone.Count > 0)
        {
            var more = gone.Count > MostNamed ? $" and {gone.Count - MostNamed} more" : "";
            missing.Add($"commits are missing: {string.Join(", ", gone.Take(MostNamed))}{more}");
        }
        return new MovedRunCompletenessResult(missing) { Lost = isOnlyWork ? lost : [], Staging = tip ?? "" };

        // The task started on the previous host from a commit that this host lacks, so its state can't be used here.
        async Task<bool> HasBegunElsewhereAloneAsync(RunTaskStatus task) =>
            task is { Host: null }
            && IsUnderWay(task)
            && (TaskWorktreeRecord.Read(folder, task.Id).Base is not { Length: > 0 } start || await IsGoneAsync(start));
    }

    /// <summary>
    /// Removes the worktrees that the run had on this host before its files arrived from another host. Their content is first kept under
    /// refs. Worktrees of tasks that are assigned to this host are not removed.
    /// </summary>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <param name="here">The repository on this host.</param>
    /// <returns>The reason why the arrived files can't be used, or empty if they can.</returns>
    internal async Task<string> MoveLeftoversAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
    {
        if (run.PlanHash.Length == 0)
        {
            return "";
        }
        if (TryLoad(run, here, out var damage) is not { } files)
        {
            return damage;
        }
        // The run's copy of git's configuration has not arrived yet.
        var repository = await services.OpenRepositoryAsync(here.Path);
        foreach (
            var task in run.Tasks.Where(task => !HostTaskAssignmentStore.Has(new LocalRepositoryTaskReference(run.RunId, here, task.Id)))
        )
        {
            await ReturnedTaskLeftoverArchiver.MoveLeftoversAsync(new TaskBranchAndWorktree(repository, files, task.Id), stop);
        }
        return "";
    }

    /// <summary>Loads the run's files, including its plan. Returns null if they are damaged.</summary>
    /// <param name="damage">The reason as a phrase within a sentence, or empty if the files are intact.</param>
    private RunPlanAndSettings? TryLoad(RunStatus run, RepositoryReference here, out string damage)
    {
        damage = "";
        try
        {
            return services.Plans.Load(here, run.RunId, run.PlanHash);
        }
        catch (Exception damaged) when (damaged is RunStepFailedException or JsonException or IOException)
        {
            damage = damaged.Message.TrimEnd('.');
            return null;
        }
    }

    private static bool IsUnderWay(RunTaskStatus task) => task.State != TaskStateNames.Pending && !TaskStateNames.IsEnd(task.State);

    /// <summary>
    /// Prepares this host to execute steps as the owner host. Creates the run's copy of git's configuration, and the worktrees of running
    /// tasks with their unfinished work.
    /// </summary>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="lost">Ids of the tasks that are repeated and therefore need no worktree yet.</param>
    /// <returns>One sentence for each note to users.</returns>
    public async Task<IReadOnlyList<string>> PrepareHostAsync(
        RunStatus run,
        RepositoryReference here,
        IReadOnlyCollection<string> lost,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(here.Path, run.RunId);
        if (RunStartSettings.TryRead(folder) is { } start)
        {
            var opened = await services.OpenRepositoryAsync(here.Path);
            await GitConfigurationCopyStore.StandInAsync(opened, folder, start.GitConfiguration, services.Environment, stop);
        }
        if (run.PlanHash.Length == 0)
        {
            return [];
        }
        var files = services.Plans.Load(here, run.RunId, run.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var notes = new List<string>();
        foreach (var task in run.Tasks.Where(task => IsUnderWay(task) && !lost.Contains(task.Id)))
        {
            if (await MakeWorktreeAsync(new TaskBranchAndWorktree(repository, files, task.Id), stop) is { } note)
            {
                notes.Add(note);
            }
        }
        return notes;
    }

    /// <summary>Recreates a started task's worktree with the task's unfinished work, unless the worktree exists.</summary>
    /// <returns>Sentence for users, or null if nothing was created.</returns>
    public async Task<string?> MakeWorktreeAsync(TaskBranchAndWorktree workspace, CancellationToken stop)
    {
        var (files, id) = (workspace.Files, workspace.TaskId);
        var known = TaskWorktreeRecord.Read(files.Folder, id);
        if (known.Base.Length == 0 || workspace.Worktrees.Find(workspace.WorktreePath) is not null)
        {
            return null;
        }
        var worktree = await TaskBranchAndWorktreePreparer.MakeWorktreeAsync(workspace, known, stop);
        await new UntrackedFileCopier(workspace.Repository, files.Start.LinkedWorktree).CopyAsync(worktree, stop);
        var failure = await WorktreeSetUpRunner.RunAsync(worktree, files, services, files.Folder.Task(id), stop, task: id);
        return $"The worktree of {id} was created here{(failure is null ? "." : $"; its set-up failed: {failure}")}";
    }
}

/// <summary>
/// Stores the leftovers of a task separately when the task returns to this host with newer work. Otherwise, an old agent outcome would end
/// the task, and old worktrees and conversations would lack the newer work.
/// </summary>
internal static class ReturnedTaskLeftoverArchiver
{
    /// <summary>Name of the folder for leftovers in the task's folder. It is never sent to another host.</summary>
    private const string LeftFolder = ".left";

    /// <summary>True if a file is never sent to another host.</summary>
    /// <param name="parts">Segments of the file's path in the run's folder.</param>
    public static bool IsOwn(IReadOnlyList<string> parts) =>
        parts is ["tasks", _, LeftFolder, ..] || Path.GetExtension(parts[^1]) is ConversationStore.Arrived or ConversationStore.Before;

    /// <summary>Stops the agents of a task that are running on this host.</summary>
    public static async Task StopAgentsAsync(RunFolder folder, string taskId, TimeProvider time)
    {
        foreach (var path in AgentRunFolders.Of(folder.Task(taskId)))
        {
            if (new AgentStartFolder(folder.Name, taskId, 0, path) is { MayBeAtWork: true } start)
            {
                await start.StopAsync(time);
            }
        }
    }

    /// <summary>
    /// Stops the agents of a task, and moves their folders elsewhere, so that files from other hosts can be stored in their place.
    /// </summary>
    public static async Task MoveLeftoversAsync(RunFolder folder, string taskId, TimeProvider time)
    {
        await StopAgentsAsync(folder, taskId, time);
        foreach (var start in AgentRunFolders.Of(folder.Task(taskId)))
        {
            var leftovers = OrchestratorFolderCreator.Ensure(Path.Combine(folder.Task(taskId), LeftFolder));
            Directory.Move(start, Path.Combine(leftovers, $"{Path.GetFileName(start)}-{Guid.NewGuid():n}"));
        }
    }

    /// <summary>
    /// Removes the task's old worktree on this host, which the task will not use again. Its content is first kept under a ref.
    /// </summary>
    public static async Task MoveLeftoversAsync(TaskBranchAndWorktree workspace, CancellationToken stop)
    {
        if (workspace.Worktrees.Find(workspace.WorktreePath) is not { } worktree)
        {
            return;
        }
        var known = (string?[])
            [
                await workspace.Refs.ReadAsync(workspace.Branch, stop),
                await workspace.Refs.ReadAsync(RunRefNameBuilder.Placed(workspace.Files.Folder, workspace.TaskId), stop),
            ];
        var permit = await workspace.KeepAsync(worktree, "before it moved to another host", [.. known.OfType<string>()], stop);
        await workspace.Worktrees.RemoveAsync(workspace.WorktreePath, stop, permit);
        workspace.Unfinished.Remove();
    }
}
