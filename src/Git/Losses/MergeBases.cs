namespace Orchestrator.Git.Losses;

/// <summary>Finds the tree of the merge base of a staging commit and the work merged into it.</summary>
internal sealed class MergeBases(GitRepository repository)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>Returns the tree of the merge base of a staging commit and the work merged into it.</summary>
    /// <param name="ours">Staging commit.</param>
    /// <param name="theirs">Commit of the work.</param>
    /// <param name="isBefore">Returns true if a commit was on staging before the merge, or null if unknown.</param>
    /// <param name="rank">Returns the rank of a commit in ascending order, or null if unknown.</param>
    public async Task<string> TreeAsync(
        string ours,
        string theirs,
        Func<string, bool?> isBefore,
        Func<string, int?> rank,
        CancellationToken stop
    )
    {
        if (Frontier(theirs, isBefore) is { } found)
        {
            var ranked = found.Select(commit => (Commit: commit, Rank: rank(commit))).OrderByDescending(r => r.Rank).ToList();
            if (found.Count == 1 || (found.Count > 1 && ranked.TrueForAll(r => r.Rank is not null) && ranked[0].Rank > ranked[1].Rank))
            {
                return await TreeOfAsync(ranked[0].Commit, stop);
            }
        }
        var bases = (
            await repository.ReadAsync(repository.Call("merge-base", "--all", ours, theirs) with { AnswerCodes = [0, 1] }, stop)
        ).Lines;
        if (bases.Length == 0)
        {
            // The histories share no commit, so the base is an empty tree.
            return (await repository.AddObjectsAsync(repository.Call("mktree"), stop)).Text;
        }
        var tree = await TreeOfAsync(bases[0], stop);
        var merged = bases[0];
        foreach (var other in bases.Skip(1))
        {
            // If there are several merge bases, git also merges them into one virtual base.
            tree = (
                await repository.AddObjectsAsync(
                    repository.Call("merge-tree", "--write-tree", "-z", "--no-messages", merged, other) with
                    {
                        AnswerCodes = [0, 1],
                    },
                    stop
                )
            ).Fields()[0];
            merged = await _commits.CreateAsync(tree, [merged, other], "Common base", trailers: null, stop);
        }
        return tree;
    }

    /// <summary>Returns the commits at which the work branched off from staging, or null if the history of the work is not fully
    /// cached.</summary>
    private HashSet<string>? Frontier(string theirs, Func<string, bool?> isBefore)
    {
        var memory = repository.Part<CommitAndDiffCache>();
        var (found, seen, waiting) = (new HashSet<string>(), new HashSet<string> { theirs }, new Queue<string>([theirs]));
        while (waiting.TryDequeue(out var id))
        {
            if (isBefore(id) is not { } isKnown)
            {
                return null;
            }
            if (isKnown)
            {
                found.Add(id);
                continue;
            }
            if (memory.Find(id) is not { } commit)
            {
                return null;
            }
            foreach (var parent in commit.Parents.Where(seen.Add))
            {
                waiting.Enqueue(parent);
            }
        }
        return found;
    }

    private async Task<string> TreeOfAsync(string commit, CancellationToken stop) => (await _commits.ReadAsync(commit, stop))!.Tree;
}
