using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Git.Merging;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Prepares a task by applying a cached result or, if there is none, by creating the worktree for the agent.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskBranchAndWorktreePreparer(RunServiceBundle services)
{
    /// <summary>Prepares the task. A repeated call finds the existing state.</summary>
    /// <param name="input">The task, and the cached results that it may use.</param>
    public async Task<PreparedTask> PrepareAsync(PrepareTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var task = files.Task(input.Task);
        var repository = await services.OpenRepositoryAsync(files);
        DiskSpace.ThrowIfFull(repository.MainCheckout!);
        if (FindShortage(repository, files) is { } shortage)
        {
            return shortage;
        }
        var workspace = new TaskBranchAndWorktree(repository, files, task.Id);
        var notes = await ReadNotesAsync(workspace, input, stop);
        if (notes.Base.Length == 0)
        {
            notes = notes with
            {
                Base = input.BaseCommit.Length > 0 ? input.BaseCommit : await workspace.StagingTipAsync(input.Task.StagingTip, stop),
                Contracts = (files.Contracts ?? [])
                    .Where(c => c.Consumers.Contains(task.Id, StringComparer.Ordinal))
                    .ToDictionary(c => c.Name, c => c.Version, StringComparer.Ordinal),
            };
            notes.Write(files.Folder, task.Id);
        }
        var key = await TaskResultCacheKey.OfAsync(repository, files, task, notes.Base, stop);
        var prepared = new PreparedTask
        {
            Worktree = workspace.RelativePath,
            BaseCommit = notes.Base,
            ContentKey = key,
        };
        if (
            input.MayReuse
            && !input.WithStaging
            && !input.Task.Fresh
            && !files.Start.Input.Fresh
            && await TaskResultCache.ApplyStoredAsync(workspace, task, notes, key, input.Attempt, stop) is { } reused
        )
        {
            return prepared with { ReusedCommit = reused };
        }
        await TaskResultCache.RemoveAppliedAsync(workspace, notes, stop);
        var worktree = await MakeWorktreeAsync(workspace, notes, stop);
        await new UntrackedFileCopier(repository, files.Start.LinkedWorktree).CopyAsync(worktree, stop);
        if (input.WithStaging && notes.MergedAttempt < input.Attempt)
        {
            notes = await MergeStagingAsync(workspace, worktree, notes, input, stop);
            prepared = prepared with
            {
                BaseCommit = notes.Base,
                ContentKey = await TaskResultCacheKey.OfAsync(repository, files, task, notes.Base, stop),
            };
        }
        return await WorktreeSetUpRunner.RunAsync(worktree, files, services, files.Folder.Task(task.Id), stop, task: task.Id) is { } failure
            ? prepared with
            {
                Problem = failure,
                FailureClass = FailureClass.Environment,
            }
            : prepared;
    }

    private static PreparedTask? FindShortage(GitRepository repository, RunPlanAndSettings files) =>
        DiskSpace.Shortage(repository.MainCheckout!, files.Settings.DiskReserve, "the run continues by itself") is { } shortage
            ? new PreparedTask
            {
                Worktree = "",
                BaseCommit = "",
                Problem = shortage,
                FailureClass = FailureClass.Environment,
            }
            : null;

    /// <summary>
    /// Reads the record of the task's worktree, whose base determines which changes count as the task's own. The record is ignored if it
    /// names a commit that does not belong to the run, because other programs can write the file.
    /// </summary>
    private static async Task<TaskWorktreeRecord> ReadNotesAsync(
        TaskBranchAndWorktree workspace,
        PrepareTaskInput input,
        CancellationToken stop
    )
    {
        var notes = TaskWorktreeRecord.Read(workspace.Files.Folder, workspace.TaskId);
        if (notes.Base.Length == 0 && notes.MergedStaging.Length == 0)
        {
            return notes;
        }
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        var staging = await workspace.StagingTipAsync(input.Task.StagingTip, stop);
        foreach (var commit in (string[])[notes.Base, notes.MergedStaging])
        {
            var isOfRun =
                commit.Length == 0
                || commit == input.BaseCommit
                || commit == staging
                || (await workspace.Repository.HasCommitAsync(commit, stop) && await commits.IsAncestorAsync(commit, staging, stop));
            if (!isOfRun)
            {
                return new TaskWorktreeRecord();
            }
        }
        return notes;
    }

    /// <summary>
    /// Releases a worktree. It is returned to the pool only if all its content is verified to be kept elsewhere. Otherwise, its files are
    /// kept for a retry or a user, with a snapshot under the task's wip ref.
    /// </summary>
    public async Task ReleaseAsync(ReleaseTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var workspace = new TaskBranchAndWorktree(await services.OpenRepositoryAsync(files), files, input.TaskId);
        var isResult = input.Result.Length > 0 && await workspace.Refs.ReadAsync(workspace.Branch, stop) == input.Result;
        var keepers = new[] { workspace.Staging, TaskWorktreeRecord.Read(files.Folder, input.TaskId).Base, isResult ? input.Result : "" }
            .Where(k => k.Length > 0)
            .ToList();
        if (await workspace.ReturnWorktreeAsync(keepers, stop) is { } left)
        {
            await SaveAsync(workspace, left.Worktree, stop);
        }
        await WorktreePortAndFolderAssigner.Of(services.Environment).ReleaseThoseThatAreOverAsync(stop);
        CutOutput(files.Folder.Task(input.TaskId));
    }

    /// <summary>Shortens agents' output files that no step reads anymore.</summary>
    private static void CutOutput(string task)
    {
        foreach (var start in AgentRunFolders.Of(task))
        {
            try
            {
                OutputTruncator.Cut(start);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // The output is not shortened if this fails, for example because the disk is full.
            }
        }
    }

    /// <summary>Stores a snapshot of the worktree's files. A failure is not retried, because the files are still in the worktree.</summary>
    private static async Task SaveAsync(TaskBranchAndWorktree workspace, Worktree worktree, CancellationToken stop)
    {
        var name = RunRefNameBuilder.Wip(workspace.Files.Folder, workspace.TaskId);
        try
        {
            var saved = await new WorktreeContentSaver(workspace.Repository).SaveAsync(
                worktree,
                name,
                $"{workspace.TaskId}: unfinished",
                new CommitTrailers(workspace.RunId, workspace.TaskId),
                RunRefNameBuilder.Kept(workspace.Files.Folder, workspace.TaskId),
                stop
            );
            RetainedWorkLocationRecorder.Note(
                workspace.Files.Folder,
                workspace.TaskId,
                saved.Kept,
                "unfinished, as left earlier in its worktree"
            );
            RetainedWorkLocationRecorder.Note(workspace.Files.Folder, workspace.TaskId, name, "unfinished, as left in its worktree");
            workspace.Unfinished.Remove();
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            RetainedWorkLocationRecorder.Note(
                workspace.Files.Folder,
                workspace.TaskId,
                workspace.RelativePath,
                $"unfinished; only in the worktree, since git refuses to store it: {FileNameEncoding.Show(refusal.ErrorOutput)}"
            );
        }
    }

    /// <summary>
    /// Creates the worktree of a task. If an earlier worktree with unfinished work is gone, the new one starts with the last snapshot of
    /// that work. The earlier worktree may have been on another host, or a user may have deleted its folder.
    /// </summary>
    public static async Task<Worktree> MakeWorktreeAsync(TaskBranchAndWorktree workspace, TaskWorktreeRecord notes, CancellationToken stop)
    {
        var isNew = workspace.Worktrees.Find(workspace.WorktreePath) is null;
        var worktree = await workspace.EnsureWorktreeAsync(notes.Base, stop);
        if (!isNew)
        {
            return worktree;
        }
        var tip = await workspace.Refs.ReadAsync(workspace.Branch, stop);
        if (workspace.Unfinished.Find() is { } found && found.Head == tip)
        {
            await workspace.Unfinished.RestoreAsync(worktree, found, await MayFillAsync(), stop);
        }
        else if (
            await workspace.Refs.ReadAsync(RunRefNameBuilder.Wip(workspace.Files.Folder, workspace.TaskId), stop) is { } snapshot
            && (await new GitCommitReaderAndWriter(workspace.Repository).ReadAsync(snapshot, stop))?.Parents is [var parent]
        )
        {
            if (parent == tip)
            {
                await WorktreeContentSaver.RestoreAsync(worktree, snapshot, await MayFillAsync(), stop);
            }
            else if (tip == notes.Base && new AdoptedConversation(workspace.Files.Folder, workspace.TaskId).Find() is not null)
            {
                throw new RunStepFailedException(
                    $"The uncommitted changes of the adopted conversation belong to the commit {CommitIdFormatter.Shorten(parent)}, but "
                        + "the run "
                        + $"started at {CommitIdFormatter.Shorten(tip)}, because the branch was moved in between. The changes are kept at "
                        + $"{RunRefNameBuilder.Kept(workspace.Files.Folder, workspace.TaskId)}/1; cancel the run and adopt the "
                        + $"conversation again.",
                    "AdoptedElsewhere"
                );
            }
        }
        else if (tip == notes.Base && await ImportedAsync(workspace, tip, stop) is { } imported)
        {
            await WorktreeContentSaver.RestoreAsync(worktree, imported, await MayFillAsync(), stop);
        }
        return worktree;

        Task<WorktreeDiscardPermit> MayFillAsync() =>
            workspace.KeepAsync(worktree, "the worktree before a snapshot was restored", [tip!], stop);
    }

    /// <summary>
    /// Creates a commit that applies a task's imported work to the task's base commit on this host. Returns null if there is no imported
    /// work.
    /// </summary>
    private static async Task<string?> ImportedAsync(TaskBranchAndWorktree workspace, string tip, CancellationToken stop)
    {
        if (await workspace.Refs.ReadAsync(RunRefNameBuilder.Imported(workspace.Files.Folder, workspace.TaskId), stop) is not { } work)
        {
            return null;
        }
        var merged = await new TreeMerger(workspace.Repository).ApplyAsync(work, tip, workspace.Files.AppendedFiles, stop);
        return merged.IsClean
            ? await new GitCommitReaderAndWriter(workspace.Repository).CreateAsync(
                merged.Tree,
                [tip],
                $"{workspace.TaskId}: imported",
                new CommitTrailers(workspace.RunId, workspace.TaskId),
                stop
            )
            : throw new RunStepFailedException(
                $"The imported work of {workspace.TaskId} no longer fits its base here: "
                    + $"{FileNameEncoding.List([.. merged.ConflictedFiles])}. It is kept as "
                    + $"{RunRefNameBuilder.Imported(workspace.Files.Folder, workspace.TaskId)}.",
                "ImportConflicts"
            );
    }

    /// <summary>
    /// Merges the current staging branch into the worktree. Conflicts stay in the files with markers, so that the agent can resolve them.
    /// </summary>
    private static async Task<TaskWorktreeRecord> MergeStagingAsync(
        TaskBranchAndWorktree workspace,
        Worktree worktree,
        TaskWorktreeRecord notes,
        PrepareTaskInput input,
        CancellationToken stop
    )
    {
        var staging = await workspace.StagingTipAsync(input.Task.StagingTip, stop);
        var head = await workspace.Refs.ReadAsync(workspace.Branch, stop) ?? notes.Base;
        if (input.Commit.Length > 0 && head != input.Commit)
        {
            // The branch can't have changed since the verification, so the verified commit contains the task's work.
            await workspace.Refs.PutBackAsync(workspace.Branch, input.Commit, stop);
            head = input.Commit;
        }
        // Packages are merged during an attempt, which may still have a conflict to resolve.
        var unresolved = notes.MergedAttempt == input.Attempt - 1 ? notes.Conflicted : [];
        var kept = await new ConflictWorktree(worktree).BeginAsync(
            head,
            staging,
            workspace.Keep("before other tasks' work was merged in"),
            workspace.Files.AppendedFiles,
            stop
        );
        RetainedWorkLocationRecorder.Note(
            workspace.Files.Folder,
            workspace.TaskId,
            kept,
            "uncommitted work before other tasks' work was merged in"
        );
        IReadOnlyList<string> conflicted = [.. (await new WorktreeHead(worktree).UnmergedAsync(stop)).Union(unresolved)];
        notes = notes with
        {
            Base = staging,
            MergedStaging = staging,
            MergedAttempt = input.Attempt,
            Conflicted = conflicted,
            // Later attempts must keep the other tasks' work, too.
            ResolvesFrom =
                notes.ResolvesFrom.Length > 0 ? notes.ResolvesFrom
                : conflicted.Count > 0 ? head
                : "",
        };
        notes.Write(workspace.Files.Folder, workspace.TaskId);
        return notes;
    }
}
