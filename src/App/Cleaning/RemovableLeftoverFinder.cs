using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>
/// Determines which leftovers of ended runs may be removed. Unless the user discards the work, a commit may be removed only if the user's
/// branches contain it or the run's record names its replacement. A worktree may be removed only if such commits contain all its work.
/// </summary>
/// <param name="prefix">Current prefix of branch names.</param>
internal sealed class RemovableLeftoverFinder(GitRepository repository, string prefix)
{
    private const string Remotes = "refs/remotes/";
    private const string Foreign = "refs/orchestrator/foreign";
    private const string Results = "refs/orchestrator/results";
    private readonly RefStore _refs = new(repository);
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly WorktreeManager _worktrees = new(repository);
    private readonly RunLeftoverSelector _left = new(repository);
    private readonly LeftoverRefs _leftRefs = new(prefix);

    /// <summary>Returns the leftovers of the given runs.</summary>
    /// <param name="runs">Runs that have ended.</param>
    public async Task<IReadOnlyList<RunLeftovers>> SurveyAsync(IReadOnlyList<EndedRun> runs, CancellationToken stop)
    {
        if (runs.Count == 0)
        {
            return [];
        }
        string[] prefixes = [.. runs.Select(run => run.BranchPrefix).OfType<string>().Append(prefix).Distinct(StringComparer.Ordinal)];
        var refs = await _refs.ListAsync(["refs/orchestrator", .. prefixes.Select(name => LeftoverRefs.Heads + name)], stop);
        var results = (await RefCommit.ListAsync(repository, Results, stop)).ToLookup(
            result => result.Trailers?.Run ?? "",
            StringComparer.Ordinal
        );
        var worktrees = (await _worktrees.ListAsync(stop)).Skip(1).ToLookup(RunOf, StringComparer.Ordinal);
        var saved = runs.ToDictionary(run => run, run => _left.SnapshotsOf(run.Folder.Name));
        var mine = runs.SelectMany(run =>
                _leftRefs.RefsOf(run, refs).Concat(results[run.Folder.Name].Select(result => (result.Ref, result.Commit)))
            )
            .Select(found => found.Commit)
            .Concat(runs.SelectMany(run => worktrees[run.Folder.Name]).Select(tree => tree.Head).OfType<string>())
            .Concat(saved.Values.SelectMany(tasks => tasks.Values).Select(snapshot => snapshot?.Head).OfType<string>())
            .Concat(
                runs.SelectMany(run => run.Status.Tasks)
                    .Where(task => task.State == TaskStateNames.Merged && task.Commit.Length > 0)
                    .Select(task => task.Commit)
            )
            .Concat(runs.Select(run => run.Status.LandedCommit).Where(commit => commit.Length > 0))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var contained = await WithSquashedAsync(
            await new UserReachableCommits(repository, prefixes).ContainedAsync(mine, stop),
            runs,
            refs,
            prefixes,
            mine,
            stop
        );
        var found = new List<RunLeftovers>();
        foreach (var run in runs)
        {
            found.Add(
                await SurveyAsync(
                    run,
                    [.. _leftRefs.RefsOf(run, refs)],
                    [.. results[run.Folder.Name]],
                    [.. worktrees[run.Folder.Name]],
                    saved[run],
                    contained,
                    stop
                )
            );
        }
        return found;
    }

    /// <summary>Returns hidden refs that belong to no run known on this machine and whose commits are on the user's branches.</summary>
    /// <param name="known">Names of the runs known on this machine.</param>
    public async Task<IReadOnlyList<RefChange>> FindRefsWithoutRunAsync(IReadOnlyCollection<string> known, CancellationToken stop)
    {
        var stray = (await RefCommit.ListAsync(repository, Results, stop))
            .Where(result => result.Trailers is not { } trailers || !known.Contains(trailers.Run))
            .Concat(await RefCommit.ListAsync(repository, Foreign, stop))
            .ToList();
        var contained = await new UserReachableCommits(repository, [prefix]).ContainedAsync(
            [.. stray.Select(found => found.Commit).Distinct(StringComparer.Ordinal)],
            stop
        );
        return [.. stray.Where(found => contained.Contains(found.Commit)).Select(found => new RefChange(found.Ref, null, found.Commit))];
    }

    /// <summary>
    /// Adds the commits of runs whose work was merged into a user's branch by a squash merge. Such merges are detected by file contents,
    /// because the history does not show them.
    /// </summary>
    private async Task<IReadOnlySet<string>> WithSquashedAsync(
        IReadOnlySet<string> contained,
        IReadOnlyList<EndedRun> runs,
        IReadOnlyDictionary<string, string> refs,
        IReadOnlyList<string> prefixes,
        IReadOnlyList<string> mine,
        CancellationToken stop
    )
    {
        var results = runs.Where(run => run.Status.Target.Length > 0)
            .Select(run =>
                (
                    run.Status.Target,
                    Tip: refs.GetValueOrDefault(LeftoverRefs.Heads + run.Status.Staging)
                        ?? refs.GetValueOrDefault(RunRefNameBuilder.LastMerge(run.Folder))
                )
            )
            .Where(run => run.Tip is not null && !contained.Contains(run.Tip))
            .ToList();
        if (results.Count == 0)
        {
            return contained;
        }
        var branches = await _refs.ListAsync([LeftoverRefs.Heads, Remotes], stop);
        var search = new MergedWorkDetector(repository);
        var found = contained.ToHashSet(StringComparer.Ordinal);
        foreach (var (target, tip) in results)
        {
            foreach (var branch in branches.Keys.Where(name => name == LeftoverRefs.Heads + target || IsRemote(name, target)))
            {
                if (!await search.IsInAsync(tip!, branch, stop))
                {
                    continue;
                }
                foreach (var commit in mine.Where(commit => !found.Contains(commit)))
                {
                    if (await _commits.IsReachableFromAnyAsync(commit, [tip!], stop))
                    {
                        found.Add(commit);
                    }
                }
                break;
            }
        }
        return found;

        // Matches only the user's refs: refs/remotes/NAME/TARGET.
        bool IsRemote(string name, string target) =>
            name.StartsWith(Remotes, StringComparison.Ordinal)
            && name.Split('/', 4) is [_, _, _, var branch]
            && branch == target
            && !prefixes.Any(prefix => branch.StartsWith(prefix + "/", StringComparison.Ordinal));
    }

    private async Task<RunLeftovers> SurveyAsync(
        EndedRun run,
        IReadOnlyList<(string Ref, string Commit)> refs,
        IReadOnlyList<RefCommit> results,
        IReadOnlyList<ListedGitWorktree> worktrees,
        IReadOnlyDictionary<string, UnfinishedWorkSnapshot?> saved,
        IReadOnlySet<string> contained,
        CancellationToken stop
    )
    {
        var (kept, givenUp) = (new List<string>(), new List<string>());
        var (removable, busy) = await _left.WorktreesAsync(worktrees, contained, run.IsGivenUp ? givenUp : kept, run.IsGivenUp, stop);
        var keepers = LeftoverRefs.Keepers(run, refs, contained);
        var (checkouts, leaving) = (new CheckedOutBranchProtector(repository), removable.ConvertAll(found => found.Item1.Path));
        var (gone, staying) = (new List<RefChange>(), new List<string>());
        foreach (var (name, commit) in refs.Concat(results.Select(result => (result.Ref, result.Commit))))
        {
            var isProven = await IsProvenAsync(run, name, commit, results, keepers, contained, stop);
            if ((isProven || run.IsGivenUp) && !busy.Contains(name))
            {
                if (checkouts.ReasonToKeep(name, leaving) is { } why)
                {
                    kept.Add($"{why}, then repeat the command");
                    continue;
                }
                gone.Add(new RefChange(name, null, commit));
                if (!isProven && !LeftoverRefs.IsMark(run, name))
                {
                    givenUp.Add($"{RunRefNameBuilder.Label(name)} ({CommitIdFormatter.Shorten(commit)})");
                }
            }
            else if (!LeftoverRefs.IsMark(run, name))
            {
                staying.Add(name);
            }
        }
        var unfinished = run.IsGivenUp ? [.. saved.Keys] : await _left.UnfinishedAsync(run, saved, contained, kept, stop);
        staying.RemoveAll(name => busy.Contains(name));
        if (staying.Count > 0)
        {
            kept.Add($"{FileNameEncoding.List([.. staying.Select(RunRefNameBuilder.Label)])}: not on any of your branches");
        }

        // The marker refs of a run remain as long as any other leftover of the run remains.
        gone.RemoveAll(change => LeftoverRefs.IsMark(run, change.Name));
        if (kept.Count == 0)
        {
            gone.AddRange(
                refs.Where(found => LeftoverRefs.IsMark(run, found.Ref)).Select(found => new RefChange(found.Ref, null, found.Commit))
            );
        }
        return new RunLeftovers(run, FolderSize.Of(run.Folder.Path).With(FolderSize.Of(run.Log)), kept)
        {
            Refs = gone,
            Worktrees = removable,
            Unfinished = unfinished,
            GivenUp = givenUp,
        };
    }

    /// <summary>
    /// True if the commit of a ref is also retained elsewhere. A result that a later run could reuse counts as retained only after it is
    /// merged or superseded.
    /// </summary>
    private async Task<bool> IsProvenAsync(
        EndedRun run,
        string name,
        string commit,
        IReadOnlyList<RefCommit> results,
        HashSet<string> keepers,
        IReadOnlySet<string> contained,
        CancellationToken stop
    )
    {
        var result = results.FirstOrDefault(result => result.Ref == name);
        var merged = run
            .Status.Tasks.FirstOrDefault(task => task.State == TaskStateNames.Merged && task.Id == result?.Trailers?.Task)
            ?.Commit;
        return contained.Contains(commit)
            || (result is not null && IsSuperseded(commit, merged, contained))
            || (result is null && !keepers.Contains(name) && await IsInAsync(commit, keepers, stop))
            || (IsSaved(run, name) && await IsKeptElsewhereAsync(commit, run, contained, stop));
    }

    private async Task<bool> IsInAsync(string commit, HashSet<string> keepers, CancellationToken stop) =>
        keepers.Count > 0 && await _commits.IsReachableFromAnyAsync(commit, keepers, stop);

    /// <summary>
    /// True if a result of a merged task was superseded by another commit of the task, and the user's branches contain that other commit.
    /// </summary>
    private static bool IsSuperseded(string commit, string? by, IReadOnlySet<string> contained) =>
        by is not null && commit != by && contained.Contains(by);

    private async Task<bool> IsKeptElsewhereAsync(string commit, EndedRun run, IReadOnlySet<string> contained, CancellationToken stop) =>
        (
            await new WorkDeletionSafetyChecker(repository).CheckContentAsync(
                commit,
                run.Status.State == UnstartedRuns.State
                    ? await OwnBranchesAsync(stop)
                    : [.. run.Status.Tasks.Select(task => task.Commit).Append(run.Status.LandedCommit).Where(contained.Contains)],
                stop
            )
        ).IsProven;

    /// <summary>
    /// True for a snapshot ref, and for all refs of a run that never started. The ref's commit may be on no branch although a branch
    /// contains the commit's file contents.
    /// </summary>
    private static bool IsSaved(EndedRun run, string name) =>
        RunRefNameBuilder.TaskOfKept(run.Folder, name) is not null || run.Status.State == UnstartedRuns.State;

    private async Task<IReadOnlyCollection<string>> OwnBranchesAsync(CancellationToken stop) =>
        [
            .. (await _refs.ListAsync([LeftoverRefs.Heads], stop)).Keys.Where(name =>
                !name.StartsWith($"{LeftoverRefs.Heads}{prefix}/", StringComparison.Ordinal)
            ),
        ];

    /// <summary>
    /// Returns the name of the run to which a task's worktree belongs. The worktree's path ends with <c>FOLDER/RUN/TASK</c>.
    /// </summary>
    private static string RunOf(ListedGitWorktree worktree) => Path.GetFileName(Path.GetDirectoryName(worktree.Path)) ?? "";
}
