using System.Collections.Concurrent;

namespace Orchestrator.Git.Commits;

/// <summary>
/// Caches commits and diffs by object id, which avoids git processes for objects that were created or read before. Entries never become
/// stale, because the content of an object with a given id never changes. A full cache is cleared.
/// </summary>
internal sealed class CommitAndDiffCache
{
    private const int MostCommits = 50_000;
    private const int MostDiffs = 1_000;
    private const int LargestDiff = 2_000;
    private const int MostAnswers = 100;
    private const int LongestWalk = 1_000;
    private readonly ConcurrentDictionary<string, CommitInfo> _commits = new();
    private readonly ConcurrentDictionary<(string From, string To), IReadOnlyList<ChangedFile>> _diffs = new();
    private readonly ConcurrentDictionary<(string Tree, string Question), Task<object?>> _answers = new();

    internal void Add(CommitInfo commit)
    {
        if (_commits.Count >= MostCommits)
        {
            _commits.Clear();
        }
        _commits[commit.Id] = commit;
    }

    internal CommitInfo? Find(string id) => _commits.GetValueOrDefault(id);

    /// <summary>
    /// Determines from cached commits alone whether one commit is an ancestor of another. Returns null if the cache does not contain enough
    /// history to decide.
    /// </summary>
    /// <returns>True or false, or null if the cache does not contain enough commits.</returns>
    internal bool? IsAncestor(string ancestor, string descendant)
    {
        var frontier = new List<string>();
        if (Reaches(ancestor, descendant, frontier))
        {
            return true;
        }
        return Find(ancestor) is not null && frontier.TrueForAll(id => Reaches(id, ancestor, [])) ? false : null;
    }

    /// <summary>Returns the tree id of a cached commit. Any other id is returned unchanged.</summary>
    internal string TreeOf(string id) => Find(id)?.Tree ?? id;

    /// <summary>
    /// Returns the commits on the first-parent chain from a tip down to, but not including, another commit. Null if one of them is not
    /// cached.
    /// </summary>
    internal IReadOnlyList<CommitInfo>? FirstParents(string tip, string since)
    {
        var found = new List<CommitInfo>();
        for (var id = tip; id != since; id = found[^1].Parents[0])
        {
            if (Find(id) is not { Parents.Count: > 0 } commit)
            {
                return null;
            }
            found.Add(commit);
        }
        return found;
    }

    internal void Add(string from, string to, IReadOnlyList<ChangedFile> diff)
    {
        if (!ObjectId.IsId(from) || !ObjectId.IsId(to) || diff.Count > LargestDiff)
        {
            return;
        }
        if (_diffs.Count >= MostDiffs)
        {
            _diffs.Clear();
        }
        _diffs[(TreeOf(from), TreeOf(to))] = diff;
    }

    internal IReadOnlyList<ChangedFile>? FindDiff(string from, string to) => _diffs.GetValueOrDefault((TreeOf(from), TreeOf(to)));

    /// <summary>
    /// Returns the cached result of a query about a tree or commit, or runs the query. Concurrent and later callers share one execution of
    /// the query. Only a few results are cached, because a result can be large.
    /// </summary>
    internal async Task<T> GetOrQueryAsync<T>(string id, string question, Func<Task<T>> ask)
        where T : class?
    {
        if (!ObjectId.IsId(id))
        {
            return await ask();
        }
        var key = (TreeOf(id), question);
        while (true)
        {
            if (_answers.Count >= MostAnswers)
            {
                _answers.Clear();
            }
            var mine = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var answer = _answers.GetOrAdd(key, mine.Task);
            if (answer == mine.Task)
            {
                return await AskAsync(key, mine, ask);
            }
            try
            {
                return (T)(await answer)!;
            }
            catch (OperationCanceledException) when (answer.IsCanceled)
            {
                // The first caller failed, possibly because of its own cancellation, so the next caller repeats the query.
            }
        }
    }

    private async Task<T> AskAsync<T>((string Tree, string Question) key, TaskCompletionSource<object?> answer, Func<Task<T>> ask)
        where T : class?
    {
        try
        {
            var found = await ask();
            answer.SetResult(found);
            return found;
        }
        catch
        {
            _answers.TryRemove(new KeyValuePair<(string Tree, string Question), Task<object?>>(key, answer.Task));
            answer.SetCanceled(CancellationToken.None);
            throw;
        }
    }

    /// <summary>True if a walk along cached parents reaches the ancestor. Ids of parents that are not cached are added to
    /// <paramref name="frontier"/>.</summary>
    private bool Reaches(string ancestor, string descendant, List<string> frontier)
    {
        var waiting = new Queue<string>([descendant]);
        var seen = new HashSet<string>(waiting);
        while (waiting.TryDequeue(out var id))
        {
            if (id == ancestor)
            {
                return true;
            }
            if (Find(id) is not { } commit || seen.Count > LongestWalk)
            {
                frontier.Add(id);
                continue;
            }
            foreach (var parent in commit.Parents.Where(seen.Add))
            {
                waiting.Enqueue(parent);
            }
        }
        return false;
    }
}
