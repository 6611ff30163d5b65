using Orchestrator.Git.Merging;

namespace Orchestrator.Runs.Tasks;

/// <summary>Checks the worktree of an agent, and commits its changes if they affect only files that the task owns.</summary>
public sealed class TaskCommitter(TaskBranchAndWorktree workspace, PlanTask task, RunPlanAndSettings files)
{
    // Ignored files that the plan names by their full path.
    private IReadOnlyList<string> _ignored = [];

    // The agent's own commit that contains all changes in the worktree. Null if there are other changes or the worktree was not checked.
    private CommitInfo? _committed;

    private readonly AttemptCommits _own = new(workspace, task, files);

    // A task may exist only to store its files in another form (git add --renormalize), so such changes of its own files count as work.
    private readonly Func<string, bool>? _isWanted = task.FilesWrite is null ? null : TaskFileOwnership.Of(task).Owns;

    /// <summary>Paths that were withheld from the commit. The path of a folder that was withheld as a whole ends with a slash.</summary>
    public IReadOnlyList<string> HeldBack { get; private set; } = [];

    /// <summary>
    /// Lists the problems in the worktree, as sentences for the agent. Lock files and build output that no task owns are restored, and a
    /// note for users is added.
    /// </summary>
    internal async Task<IReadOnlyList<string>> FindProblemsAsync(VerifyTaskInput input, List<string> notes, CancellationToken stop)
    {
        var worktree = await WorktreeAsync(input, stop);
        var ((merge, seen), repaired) = await new WorktreeGitIndexRepairer(worktree).ReadAsync(
            () => ReadConflictStateAsync(worktree, input, stop),
            input.Prepared.BaseCommit,
            stop
        );
        if (repaired)
        {
            notes.Add("git could not read the worktree's index, so the index was rebuilt");
        }
        if (merge.BegunAgain)
        {
            return [merge.Problem];
        }
        var texts = new WorktreeFileReaderAndWriter(worktree.Path);
        var held = await UnlandableFileFinder.OfAsync(
            workspace.Repository,
            input.Prepared.BaseCommit,
            task,
            seen,
            path => Task.FromResult(texts.TryReadText(path)),
            stop
        );
        var ownership = new TaskFileOwnershipChecker(files, task, input.Prepared.BaseCommit, held);
        var ignored = await new IgnoredFileFinder(workspace, task, worktree).NamedAsync(
            seen.Select(c => c.Path).ToHashSet(StringComparer.Ordinal),
            input.Prepared.BaseCommit,
            stop
        );
        notes.AddRange(
            ignored.Select(file =>
                $"'{FileNameEncoding.Show(file.Path)}' is ignored by {file.Rule}; it was committed, because the plan names it"
            )
        );
        _ignored = [.. ignored.Select(file => file.Path)];
        var changed = seen.Concat(_ignored.Select(path => WorktreeDiffReader.Untracked(worktree, path))).ToLookup(ownership.IsGenerated);
        var problems = ownership.Problems(changed[false], texts, stop).ToList();
        problems.AddRange(await TaskFileOwnershipChecker.InSubmodulesAsync(worktree, input.Prepared.BaseCommit, stop));
        var generated = changed[true].ToList();
        problems.AddRange(await GeneratedFiles.PutBackAsync(workspace, worktree, generated, input.Prepared.BaseCommit, stop));
        _committed = generated.Count > 0 || _ignored.Count > 0 ? null : _committed;
        HeldBack = held.HeldBackPaths(generated.Select(file => file.Path));
        notes.AddRange(HeldBack.Count > 0 ? [UnlandableFileFinder.Describe(HeldBack)] : []);
        var others = generated.Select(file => file.Path).Where(path => !held.Holds(path)).ToList();
        notes.AddRange(others.Count > 0 ? [$"restored, because no task changed them: {FileNameEncoding.List(others)}"] : []);
        if (merge.Problem.Length > 0)
        {
            problems.Add(merge.Problem);
        }
        problems.AddRange(await AgentGitUsageChecker.ProblemsAsync(worktree, TaskWorktreeRecord.Read(files.Folder, task.Id), stop));
        notes.AddRange(AgentGitUsageChecker.Notes(worktree, workspace.Branch));
        problems.AddRange(AgentRunGitStateGuard.Problems(files.Folder, task.Id, input.Start, input.Attempt));
        var missing = RequiredSubagentAndNoteChecker.Problems(task, worktree.Path, input.Called);
        var isStrict = files.Settings.StrictCompliance;
        problems.AddRange(isStrict ? missing : []);
        notes.AddRange(isStrict ? [] : missing.Select(what => $"not enforced (compliance.strict is false): {what}"));
        return problems;
    }

    /// <summary>Reads the state of a merge conflict that the agent had to resolve, and the files that differ from the base.</summary>
    private async Task<(ConflictResolutionResult Merge, IReadOnlyList<ChangedFile> Changed)> ReadConflictStateAsync(
        Worktree worktree,
        VerifyTaskInput input,
        CancellationToken stop
    )
    {
        var merge = await FindMergeLossAsync(worktree, input, stop);
        if (merge.BegunAgain)
        {
            return (merge, []);
        }
        var (changed, head) = await new WorktreeDiffReader(worktree).ReadChangesAsync(input.Prepared.BaseCommit, _isWanted, stop);
        // The agent's claim file must be untracked and is never committed. No other file is exempt from the check.
        _committed = changed.All(c => c.IsUntracked == (c.Path == WorktreeClaim.FileName)) ? head : null;
        return (merge, [.. changed.Where(c => c.Path != WorktreeClaim.FileName)]);
    }

    /// <summary>
    /// Commits the files as the single commit of this attempt if there are no problems. A commit that was made before a crash is reused.
    /// </summary>
    /// <param name="input">The task and the attempt.</param>
    /// <param name="said">Receives notes for users.</param>
    internal Task<(IReadOnlyList<string> Problems, string Commit)> CommitAsync(
        VerifyTaskInput input,
        List<string> said,
        CancellationToken stop
    ) => MakeAsync(input, said, stop);

    /// <summary>
    /// Commits unfinished work, so that other work can be merged into it. Problems with the work are reported only when the work is
    /// finished.
    /// </summary>
    public async Task<string> SaveAsync(VerifyTaskInput input, CancellationToken stop) => (await MakeAsync(input, said: null, stop)).Commit;

    /// <summary>Creates the commit of a task's work. Checks the tree only if the caller collects notes for users.</summary>
    private async Task<(IReadOnlyList<string> Problems, string Commit)> MakeAsync(
        VerifyTaskInput input,
        List<string>? said,
        CancellationToken stop
    )
    {
        var tip = await workspace.Refs.ReadAsync(workspace.Branch, stop) ?? input.Prepared.BaseCommit;
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        var last = await _own.ReadTipAsync(commits, tip, stop);
        var worktree = await WorktreeAsync(input, stop);
        // After a crash there may be nothing left to commit. If an agent amends orchestrate's commit, the trailers remain.
        var parent = _own.IsOfAttempt(last, input.Attempt) ? tip : await _own.LastOfOursAsync(commits, last, input, stop);
        var notes = TaskWorktreeRecord.Read(files.Folder, task.Id);
        IReadOnlyList<string> parents =
            notes.MergedStaging.Length > 0 && !await commits.IsAncestorAsync(notes.MergedStaging, parent, stop)
                ? [parent, notes.MergedStaging]
                : [parent];
        var trailers = new CommitTrailers(
            workspace.RunId,
            task.Id,
            input.Attempt,
            input.Prepared.ContentKey.Length > 0 ? input.Prepared.ContentKey : null
        );
        var made = await new WorktreeContentSaver(workspace.Repository).CommitAsync(
            worktree,
            workspace.Branch,
            parents,
            MessageOf(task, files.Settings),
            trailers,
            leaveOut: [WorktreeClaim.FileName],
            alsoAdd: _ignored,
            isWanted: _isWanted,
            committed: last.Id == _committed?.Id && parents.Count == 1 ? last : null,
            judge: said is null ? null : (tree, changes) => JudgeAsync(input, parents[0], tree, changes, said, stop),
            cancellationToken: stop
        );
        if (made.Problems.Count > 0)
        {
            return (made.Problems, "");
        }
        if (made.Lost)
        {
            throw new RunStepFailedException(
                $"The branch {RunRefNameBuilder.Label(workspace.Branch)} was moved by another program during the commit. The attempt "
                    + "is repeated.",
                "BranchMoved"
            )
            {
                IsFinal = false,
            };
        }
        await new ConflictWorktree(worktree).EndAsync(stop);
        await new WorktreeHead(worktree).AttachAsync(workspace.Branch, stop);
        return ([], made.Commit);
    }

    /// <summary>
    /// Checks the ownership of all files that were changed since the base, because the agent may have altered commits that orchestrate
    /// seems to have made. Then checks the size of the change, and the resolution of a conflict.
    /// </summary>
    private async Task<IReadOnlyList<string>> JudgeAsync(
        VerifyTaskInput input,
        string parent,
        string tree,
        IReadOnlyList<ChangedFile> changes,
        List<string> said,
        CancellationToken stop
    )
    {
        var sinceBase =
            parent == input.Prepared.BaseCommit
                ? changes
                : await new GitDiffReader(workspace.Repository).BetweenAsync(input.Prepared.BaseCommit, tree, stop);
        var held = await UnlandableFileFinder.OfTreeAsync(workspace.Repository, input.Prepared.BaseCommit, tree, task, sinceBase, stop);
        var ownership = await new TaskFileOwnershipChecker(files, task, input.Prepared.BaseCommit, held).ProblemsAsync(
            workspace.Repository,
            tree,
            sinceBase,
            stop
        );
        if (ownership.Count > 0)
        {
            return ownership;
        }
        var (problems, small) = await new ChangeLimits(workspace.Repository, files.Settings.Changes, task).FindViolationsAsync(
            input.Prepared.BaseCommit,
            tree,
            sinceBase,
            stop
        );
        said.AddRange(small);
        return problems.Count > 0 ? problems : await new ConflictResolutionChecker(workspace, task).ProblemsAsync(input, tree, said, stop);
    }

    /// <summary>Checks that the agent has resolved a merge conflict and that the merge still exists.</summary>
    private async Task<ConflictResolutionResult> FindMergeLossAsync(Worktree worktree, VerifyTaskInput input, CancellationToken stop)
    {
        var notes = TaskWorktreeRecord.Read(files.Folder, task.Id);
        if (notes.MergedStaging.Length == 0)
        {
            return ConflictResolutionResult.None;
        }
        var merge = new AgentMergeCompletenessChecker(workspace, worktree, notes, files.AppendedFiles);
        var ours = await _own.LastOfOursAsync(input, stop);
        if (await merge.FindLossAsync(ours, stop) is { Problem.Length: > 0 } lost)
        {
            return lost;
        }
        var found = new WorktreeFileReaderAndWriter(worktree.Path);
        var marked = notes.Conflicted.Where(path => HasMarkers(found, path)).ToList();
        return marked.Count == 0
            ? await merge.FindUndecidedAsync(ours, stop)
            : new ConflictResolutionResult(
                $"Conflict markers remain in {FileNameEncoding.List(marked, 20)}. Resolve them so that both intentions hold.",
                BegunAgain: false
            );
    }

    private static bool HasMarkers(WorktreeFileReaderAndWriter worktree, string path) =>
        worktree
            .TryReadText(path)
            ?.Split('\n')
            .Any(line => line.StartsWith("<<<<<<< ", StringComparison.Ordinal) || line.StartsWith(">>>>>>> ", StringComparison.Ordinal))
        == true;

    /// <summary>Returns the commit message for a task's work.</summary>
    public static string MessageOf(PlanTask task, OrchestratorSettings settings)
    {
        var title = new UntrustedText(task.Description.Split('\n', 2)[0]).Line;
        var subject = title.Length == 0 ? task.Id : title;
        return settings.Git.MessagePrefix is { Length: > 0 } prefix ? $"{prefix} {subject}" : subject;
    }

    private async Task<Worktree> WorktreeAsync(VerifyTaskInput input, CancellationToken stop) =>
        await workspace.FindWorktreeAsync(stop)
        ?? throw new RunStepFailedException(
            $"The worktree {input.Prepared.Worktree} is missing, and with it the work of attempt {input.Attempt}. Retry the task; a "
                + "snapshot "
                + $"may be under {RunRefNameBuilder.Wip(files.Folder, task.Id)}.",
            "WorktreeGone"
        );
}
