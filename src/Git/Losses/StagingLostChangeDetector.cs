using Orchestrator.Git.Merging;

namespace Orchestrator.Git.Losses;

/// <summary>
/// Verifies that a staging branch contains all work merged to it. Each hunk of each merged task must be present, unless a task with write
/// access to the file changed the same lines later. The check may create git objects, such as virtual merge bases, but no refs.
/// </summary>
/// <param name="appendedFiles">As in <see cref="TreeMerger.MergeAsync"/>.</param>
public sealed class StagingLostChangeDetector(GitRepository repository, IReadOnlyCollection<string> appendedFiles)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly MergeBases _bases = new(repository);

    /// <summary>Checks that a merge contains all changes of both sides, before the staging branch moves to the merge.</summary>
    /// <param name="merge">Merge commit, whose first parent is staging and whose second parent is the work.</param>
    /// <param name="author">Author of the work.</param>
    /// <returns>Hunks that the merge would lose.</returns>
    public async Task<MergeLosses> OfMergeAsync(string merge, StagingBranchCommitAuthor author, CancellationToken stop)
    {
        var commit = (await _commits.ReadAsync(merge, stop))!;
        var (ours, theirs) = ((await _commits.ReadAsync(commit.Parents[0], stop))!, (await _commits.ReadAsync(commit.Parents[1], stop))!);
        var memory = repository.Part<CommitAndDiffCache>();
        var found = await _bases.TreeAsync(ours.Id, theirs.Id, id => memory.IsAncestor(id, ours.Id), _ => null, stop);
        var trees = new StagingBranchCommitTreeIds(commit, ours.Tree, found, theirs.Tree);
        var reader = new StagingBranchCommitReader(repository, new LineIdTable());
        var diffs = await reader.DiffsAsync([(found, theirs.Tree), (ours.Tree, commit.Tree)], stop);
        bool IsWatched(string path) => author.RightTo(path) != TaskWriteAccess.Write;
        if (IsPlain(diffs[0], diffs[1]) && !diffs[0].Any(file => file.Change != FileChange.Added && IsWatched(file.Path)))
        {
            return MergeLosses.None;
        }
        var ledger = await ApplyStepsAsync(
            reader,
            [new StagingBranchCommitChanges(trees, author, diffs[0], diffs[1])],
            new LostHunkTracker(reader.Table),
            stop
        );
        return new MergeLosses(
            ledger.Report().Lost,
            ledger.Hunks.Any(hunk => hunk.Removed.Count > hunk.Added.Count && IsWatched(hunk.Path))
        );
    }

    /// <summary>Checks that the whole staging branch contains all merged work.</summary>
    /// <param name="since">Base commit of the run.</param>
    /// <param name="tip">Tip of the branch.</param>
    /// <param name="authorOf">Returns the author of the step that a commit represents.</param>
    public async Task<MergedHunkReport> OfStagingAsync(
        string since,
        string tip,
        Func<CommitInfo, StagingBranchCommitAuthor> authorOf,
        CancellationToken stop
    ) => (await LedgerAsync(since, tip, authorOf, stop)).Report();

    /// <summary>Replays a staging branch and returns a tracker with the state of all its hunks and lines.</summary>
    internal async Task<LostHunkTracker> LedgerAsync(
        string since,
        string tip,
        Func<CommitInfo, StagingBranchCommitAuthor> authorOf,
        CancellationToken stop
    )
    {
        var all = await _commits.ListAllAsync(tip, since, stop);
        var chain = FirstParents(all, tip);
        var reader = new StagingBranchCommitReader(repository, new LineIdTable());
        if (chain.Count == 0)
        {
            return new LostHunkTracker(reader.Table);
        }
        var steps = await TreesAsync(all, chain, stop);
        var diffs = await reader.DiffsAsync(
            [.. steps.SelectMany(s => ((string, string)[])[(s.BaseTree, s.TheirsTree), (s.OursTree, s.Commit.Tree)])],
            stop
        );
        var authors = steps.Select(step => authorOf(step.Commit)).ToList();

        // Changes from the target or the user matter only in files that tasks changed.
        var paths = authors
            .SelectMany((author, i) => author.IsTask ? diffs[2 * i].Concat(diffs[(2 * i) + 1]) : [])
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        var changes = steps
            .Select((step, i) => new StagingBranchCommitChanges(step, authors[i], Of(i, 2 * i), Of(i, (2 * i) + 1)))
            .ToArray();
        return await ApplyStepsAsync(reader, changes, new LostHunkTracker(reader.Table), stop);

        IReadOnlyList<ChangedFile> Of(int step, int diff) =>
            authors[step].IsTask
                ? diffs[diff]
                : [.. diffs[diff].Where(file => paths.Contains(file.Path) || file.Change == FileChange.Added)];
    }

    private async Task<LostHunkTracker> ApplyStepsAsync(
        StagingBranchCommitReader reader,
        StagingBranchCommitChanges[] steps,
        LostHunkTracker ledger,
        CancellationToken stop
    )
    {
        var read = await reader.ReadAsync(steps, stop);
        for (var i = 0; i < read.Count; i++)
        {
            var balance = MergeLineComparisonResult.Of(read[i]);
            var isClear = balance.IsEven && read[i].Files.All(file => file.IsText || file.IsPlain);
            ledger.ApplyStep(read[i], balance, isFaithful: !isClear && await IsGitsAsync(reader, steps[i], balance, stop));
        }
        return ledger;
    }

    /// <summary>
    /// True if git produces exactly the same files when the merge is repeated. If git's merge has no conflicts, differences that it also
    /// contains are removed from the line comparison.
    /// </summary>
    private async Task<bool> IsGitsAsync(
        StagingBranchCommitReader reader,
        StagingBranchCommitChanges step,
        MergeLineComparisonResult balance,
        CancellationToken stop
    )
    {
        if (
            step.Trees.Theirs is not { } theirs
            || await new TreeMerger(repository).MergeAsync(step.Trees.Commit.Parents[0], theirs, appendedFiles, stop)
                is not { IsClean: true } merge
        )
        {
            return false;
        }
        var trees = step.Trees with { Commit = step.Trees.Commit with { Id = merge.Tree, Tree = merge.Tree } };
        var ours = await new GitDiffReader(repository).BetweenAsync(trees.OursTree, merge.Tree, stop);
        balance.IgnoreImbalancesOf(
            MergeLineComparisonResult.Of((await reader.ReadAsync([step with { Trees = trees, Ours = ours }], stop))[0])
        );
        return merge.Tree == step.Trees.Commit.Tree;
    }

    /// <summary>True if the merge made exactly the changes that the merged work contains, and no others.</summary>
    private static bool IsPlain(IReadOnlyList<ChangedFile> theirs, IReadOnlyList<ChangedFile> result) =>
        theirs.Count == result.Count && !theirs.Except(result).Any();

    private static List<CommitInfo> FirstParents(IReadOnlyList<CommitInfo> all, string tip)
    {
        var known = all.ToDictionary(commit => commit.Id, StringComparer.Ordinal);
        var chain = new List<CommitInfo>();
        for (var id = tip; known.TryGetValue(id, out var commit) && commit.Parents.Count > 0; id = commit.Parents[0])
        {
            chain.Add(commit);
        }
        chain.Reverse();
        return chain;
    }

    private async Task<IReadOnlyList<StagingBranchCommitTreeIds>> TreesAsync(
        IReadOnlyList<CommitInfo> all,
        List<CommitInfo> chain,
        CancellationToken stop
    )
    {
        var known = all.ToDictionary(commit => commit.Id, StringComparer.Ordinal);

        // Maps each commit to the step that brought the commit to staging. Commits from before the run have no entry.
        var came = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < chain.Count; i++)
        {
            var waiting = new Stack<string>([chain[i].Id]);
            while (waiting.TryPop(out var id))
            {
                if (known.TryGetValue(id, out var commit) && came.TryAdd(id, i))
                {
                    commit.Parents.ToList().ForEach(waiting.Push);
                }
            }
        }
        var place = chain.Select((commit, i) => (commit.Id, i)).ToDictionary(c => c.Id, c => c.i, StringComparer.Ordinal);
        var steps = new List<StagingBranchCommitTreeIds>();
        var before = (await _commits.ReadAsync(chain[0].Parents[0], stop))!.Tree;
        for (var i = 0; i < chain.Count; i++)
        {
            var commit = chain[i];
            if (commit.Parents.Count != 2)
            {
                // The commit itself is the author of its changes.
                steps.Add(new StagingBranchCommitTreeIds(commit, before, before, commit.Tree));
            }
            else
            {
                var step = i;
                var found = await _bases.TreeAsync(
                    commit.Parents[0],
                    commit.Parents[1],
                    id => !came.TryGetValue(id, out var at) || at < step,
                    id =>
                        place.TryGetValue(id, out var at) ? at
                        : came.ContainsKey(id) ? null
                        : -1,
                    stop
                );
                steps.Add(new StagingBranchCommitTreeIds(commit, before, found, (await _commits.ReadAsync(commit.Parents[1], stop))!.Tree));
            }
            before = commit.Tree;
        }
        return steps;
    }
}
