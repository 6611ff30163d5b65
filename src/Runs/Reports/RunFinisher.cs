using Orchestrator.Gates.Worktrees;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Backlogs;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Ends a run. It removes branches and worktrees whose content is verified to be on the target, and writes the final report.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class RunFinisher(RunServiceBundle services)
{
    /// <summary>Removes branches and worktrees, and writes the final report.</summary>
    /// <param name="input">The final state of the run.</param>
    /// <returns>Path of the report, relative to the repository.</returns>
    public async Task<string> FinishAsync(FinishRunInput input, CancellationToken stop)
    {
        var folder = new RunFolder(input.Repository.Path, input.Run.RunId);
        // The workflow knows how its tasks ended. If it does not respond, only the report may rely on the status file.
        var told = await services.AskRun(input.Run.RunId, stop);
        var run = input.Run with { Tasks = (told ?? RunStatusFile.Read(folder.Status))?.Tasks ?? [] };
        var left =
            run.State == RunStateNames.Completed && run.Staging.Length > 0
                ? await ReleaseResourcesAsync(input, folder, told?.Tasks ?? [], stop)
                : [];
        if (run.State == RunStateNames.Completed && input.PlanHash.Length > 0 && told is not null)
        {
            left = [.. left, .. await MarkBacklogAsync(input, told, stop)];
        }
        Write(folder, await LandedWorkPresenceChecker.CheckAsync(run with { Left = left }, folder.Repository, services, stop));
        await WorktreePortAndFolderAssigner.Of(services.Environment).ReleaseThoseThatAreOverAsync(stop);
        return folder.Relative(folder.Report);
    }

    /// <summary>Marks the backlog tasks of a succeeded run as done.</summary>
    /// <returns>A sentence about the failure. Empty if there was none.</returns>
    private async Task<IReadOnlyList<string>> MarkBacklogAsync(FinishRunInput input, RunStatus run, CancellationToken stop)
    {
        try
        {
            var files = services.Plans.Load(input.Repository, run.RunId, input.PlanHash);
            var repository = await services.OpenRepositoryAsync(files);
            return await BacklogToRunTaskMapping.ApplyAsync(files, run, repository, services.Time, stop) is { } unmarked ? [unmarked] : [];
        }
        catch (RunStepFailedException changed)
        {
            return [$"backlog tasks of the run could not be marked as done: {changed.Message}"];
        }
    }

    /// <summary>Updates the report of a run whose landing was reverted.</summary>
    /// <param name="run">The current status of the run.</param>
    internal void Correct(RunFolder folder, RunStatus run) =>
        Write(folder, run with { Left = RunStatusFile.Read(folder.ReportJson)?.Left ?? [] });

    private void Write(RunFolder folder, RunStatus run)
    {
        run = run.Summed();
        DurableFile.Write(folder.ReportJson, JsonSerializer.SerializeToUtf8Bytes(run));
        var accounts = new AccountUsageRecordCache(services.Environment, services.Time);
        DurableFile.Write(folder.Report, Encoding.UTF8.GetBytes(new RunReport(folder.Repository, services.Time, accounts).Render(run)));
    }

    private async Task<IReadOnlyList<string>> ReleaseResourcesAsync(
        FinishRunInput input,
        RunFolder folder,
        IReadOnlyList<RunTaskStatus> tasks,
        CancellationToken stop
    )
    {
        var repository = await services.OpenRepositoryAsync(folder);
        var refs = new RefStore(repository);
        var prefix = input.Run.Staging[..^"/staging".Length];
        var branches = await refs.ListAsync([$"refs/heads/{prefix}"], stop);
        // If the user requested separate branches, nothing was merged, so the run's base is treated as the landed commit.
        var landed = input.Run.Why is TaskBranchesRetainedReason ? input.Run.BaseCommit : input.Run.LandedCommit;
        var results = ((input.Run.Why as TaskBranchesRetainedReason)?.Tasks ?? [])
            .Select(task => $"refs/heads/{input.Run.BranchOf(task)}")
            .ToList();
        var tip = await refs.ReadAsync($"refs/heads/{input.Run.Target}", stop);
        var isOnTarget = tip is not null && await new GitCommitReaderAndWriter(repository).IsAncestorAsync(landed, tip, stop);
        var staging = $"refs/heads/{input.Run.Staging}";
        var proof = new WorkDeletionSafetyChecker(repository);
        // Squashed or rebased work has the files of staging but not its commits. All content of staging is nevertheless on the target.
        string[] keepers =
            branches.TryGetValue(staging, out var merged)
            && (
                await HasSameFilesAsync(repository, merged, landed, stop)
                || (await proof.CheckContentAsync(merged, [landed], stop)).IsProven
            )
                ? [landed, merged]
                : [landed];
        var kept = await ReturnWorktreesAsync(input, repository, [.. keepers, .. results.Where(branches.ContainsKey)], stop);
        // If the run landed as a branch or a pull request, staging is kept and contains the commits of the tasks.
        var settled = branches.Where(branch =>
            (branch.Key != staging || isOnTarget) && !kept.ContainsKey(branch.Key) && !results.Contains(branch.Key)
        );
        var (gone, staying) = await JudgeBranchesAsync(
            settled,
            keepers,
            input.Run.Target,
            proof,
            new CheckedOutBranchProtector(repository),
            stop
        );
        foreach (var task in tasks.Where(task => task.State is TaskStateNames.Merged or TaskStateNames.Kept))
        {
            new UnfinishedWorkStore(repository, $"{folder.Name}/{task.Id}").Remove();
        }
        var set = await refs.ListAsync([RunRefNameBuilder.Wips(folder), RunRefNameBuilder.Kepts(folder)], stop);
        var (landedRefs, saved) = await JudgeSavedWorkAsync(set, keepers, folder, proof, stop);
        gone.AddRange(landedRefs);
        if (gone.Count > 0)
        {
            await refs.UpdateAsync(gone, "run ended", stop);
        }
        return
        [
            .. kept.Values,
            .. staying,
            .. saved.Count == 0
                ? []
                : (string[])
                    [
                        $"saved work that is not on {input.Run.Target} is kept: {FileNameEncoding.List(saved)}; see 'orchestrate "
                            + "show RUN/TASK' and 'git show --stat REF' for its content. To delete it: git update-ref -d REF",
                    ],
        ];
    }

    /// <summary>
    /// Divides branches into those that can be deleted because their commits are kept elsewhere, and those that stay. Returns a note for
    /// each branch that stays.
    /// </summary>
    private static async Task<(List<RefChange> Gone, List<string> Staying)> JudgeBranchesAsync(
        IEnumerable<KeyValuePair<string, string>> branches,
        string[] keepers,
        string target,
        WorkDeletionSafetyChecker proof,
        CheckedOutBranchProtector checkouts,
        CancellationToken stop
    )
    {
        var (gone, staying) = (new List<RefChange>(), new List<string>());
        foreach (var (name, commit) in branches)
        {
            if (!(await proof.CheckCommitAsync(commit, keepers, [], stop)).IsProven)
            {
                staying.Add($"{RunRefNameBuilder.Label(name)} stays, because part of it is not on {target}");
            }
            else if (checkouts.ReasonToKeep(name) is { } why)
            {
                staying.Add($"{why}, then: git branch -D {RunRefNameBuilder.Label(name)}");
            }
            else
            {
                gone.Add(new RefChange(name, null, commit));
            }
        }
        return (gone, staying);
    }

    /// <summary>
    /// Divides refs with saved work into those that can be deleted because their content has landed, and those that stay.
    /// </summary>
    // The merge of a task does not prove that earlier saved work landed, because the task may have been restarted or done differently.
    private static async Task<(List<RefChange> Gone, List<string> Staying)> JudgeSavedWorkAsync(
        IReadOnlyDictionary<string, string> saved,
        string[] keepers,
        RunFolder folder,
        WorkDeletionSafetyChecker proof,
        CancellationToken stop
    )
    {
        var (gone, staying) = (new List<RefChange>(), new List<string>());
        foreach (var (name, commit) in saved)
        {
            if ((await proof.CheckContentAsync(commit, keepers, stop)).IsProven)
            {
                gone.Add(new RefChange(name, null, commit));
                RetainedWorkLocationRecorder.NoteLanded(folder, name);
            }
            else
            {
                staying.Add(name);
            }
        }
        return (gone, staying);
    }

    private static async Task<bool> HasSameFilesAsync(GitRepository repository, string one, string other, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(repository);
        return (await commits.ReadAsync(one, stop))?.Tree is { } tree && tree == (await commits.ReadAsync(other, stop))?.Tree;
    }

    /// <summary>Returns the worktrees of tasks to the pool if the tasks could not do so themselves.</summary>
    /// <returns>Paths of the worktrees that stay and the reasons, by the name of the branch.</returns>
    private async Task<IReadOnlyDictionary<string, string>> ReturnWorktreesAsync(
        FinishRunInput input,
        GitRepository repository,
        string[] keepers,
        CancellationToken stop
    )
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        RunPlanAndSettings files;
        try
        {
            files = services.Plans.Load(input.Repository, input.Run.RunId, input.PlanHash);
        }
        catch (RunStepFailedException changed)
        {
            kept[""] = $"remaining worktrees of the run stay: {changed.Message}";
            return kept;
        }
        var folder = Path.Combine(repository.MainCheckout!, files.Settings.Worktrees.Directory, files.Folder.Name);
        if (!Directory.Exists(folder))
        {
            return kept;
        }
        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).ToList())
        {
            if (WorktreeManager.IsLeft(path))
            {
                kept[path] =
                    $"the folder {files.Folder.Relative(path)} stays, because some files could not be removed. Check their owner (ls -la), "
                    + "and remove them by hand";
                continue;
            }
            var workspace = new TaskBranchAndWorktree(repository, files, Path.GetFileName(path));
            if (await workspace.ReturnWorktreeAsync(keepers, stop) is { } worktree)
            {
                kept[workspace.Branch] = $"the worktree {workspace.RelativePath} stays: {worktree.Reason}";
            }
        }
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
        return kept;
    }
}
