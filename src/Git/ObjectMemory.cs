using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Git;

/// <summary>
/// Remembers what commits say and how they differ. Both never change for a given id, so that what we made or read once needs no git process again.
/// When it is full it is emptied: it is only there for speed.
/// </summary>
internal sealed class ObjectMemory
{
    private const int MostCommits = 50_000;
    private const int MostDiffs = 1_000;
    private const int LargestDiff = 2_000;
    private const int LongestWalk = 1_000;
    private readonly ConcurrentDictionary<string, CommitInfo> _commits = new();
    private readonly ConcurrentDictionary<(string From, string To), IReadOnlyList<ChangedFile>> _diffs = new();

    /// <summary>True for a full object id; everything else can mean another object tomorrow.</summary>
    internal static bool IsId([NotNullWhen(true)] string? name) => name is { Length: 40 or 64 } && name.All(char.IsAsciiHexDigitLower);

    internal void Add(CommitInfo commit)
    {
        if (_commits.Count >= MostCommits)
        {
            _commits.Clear();
        }

        _commits[commit.Id] = commit;
    }

    internal CommitInfo? Find(string id) => _commits.GetValueOrDefault(id);

    /// <summary>True if a way from one commit to the other is known. False says nothing.</summary>
    internal bool KnowsAncestor(string ancestor, string descendant)
    {
        var waiting = new Queue<string>([descendant]);
        var seen = new HashSet<string>(waiting);
        while (waiting.TryDequeue(out var id) && seen.Count < LongestWalk)
        {
            if (id == ancestor)
            {
                return true;
            }

            foreach (var parent in Find(id)?.Parents.Where(seen.Add) ?? [])
            {
                waiting.Enqueue(parent);
            }
        }

        return false;
    }

    /// <summary>The first parents from a tip down to, and without, another commit; null if one of them is not known.</summary>
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
        if (!IsId(from) || !IsId(to) || diff.Count > LargestDiff)
        {
            return;
        }

        if (_diffs.Count >= MostDiffs)
        {
            _diffs.Clear();
        }

        _diffs[(from, to)] = diff;
    }

    internal IReadOnlyList<ChangedFile>? FindDiff(string from, string to) => _diffs.GetValueOrDefault((from, to));
}
