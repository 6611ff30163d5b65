namespace Orchestrator.Git.Losses;

/// <summary>
/// Compares the lines that merged work added and removed with the lines that its merge step added and removed on staging. Lines are counted
/// per file and not compared by position, because a difference can often be expressed in several ways. A line that is missing in one file
/// and surplus in another counts as moved by a rename. Has no side effects.
/// </summary>
internal sealed class MergeLineComparisonResult
{
    private readonly List<IdenticalLineGroup> _missing = [];
    private readonly List<IdenticalLineGroup> _gone = [];
    private readonly List<IdenticalLineGroup> _surplus = [];
    private readonly List<IdenticalLineGroup> _absorbed = [];

    private MergeLineComparisonResult() { }

    /// <summary>Hunks of the merged work, in order.</summary>
    public List<WatchedMergedHunk> Hunks { get; } = [];

    /// <summary>Lines that the work removed from staging.</summary>
    public List<IdenticalLineGroup> Removed { get; } = [];

    /// <summary>Lines that the work added to staging.</summary>
    public List<IdenticalLineGroup> Added { get; } = [];

    /// <summary>Lines that both the work and staging added in the same file.</summary>
    public List<IdenticalLineGroup> Shared { get; } = [];

    /// <summary>Lines of staging that the step moved to another file.</summary>
    public List<(IdenticalLineGroup From, string To)> Moved { get; } = [];

    /// <summary>Lines that the merged work added but that are missing from the result of the step.</summary>
    public IReadOnlyList<IdenticalLineGroup> Missing => _missing;

    /// <summary>Lines that were on staging and are missing from the result, although the merged work did not remove them.</summary>
    public IReadOnlyList<IdenticalLineGroup> Gone => _gone;

    /// <summary>Lines in the result that neither were on staging nor come from the merged work.</summary>
    public IReadOnlyList<IdenticalLineGroup> Surplus => _surplus;

    /// <summary>True if the result has exactly the lines that the merge should have produced.</summary>
    public bool IsEven => _missing.Count + _gone.Count + _surplus.Count == 0;

    /// <summary>Compares the lines that a staging step added and removed with those that the merged work added and removed.</summary>
    public static MergeLineComparisonResult Of(StagingBranchCommit step)
    {
        var balance = new MergeLineComparisonResult();
        foreach (var file in step.Files)
        {
            balance.Add(step, file);
        }
        balance.Explain();
        return balance;
    }

    /// <summary>
    /// Ignores missing and surplus lines that are also missing or surplus in the merge that git itself creates. Such lines can be
    /// attributed to more than one change.
    /// </summary>
    public void IgnoreImbalancesOf(MergeLineComparisonResult gits)
    {
        Forget(_missing, gits._missing);
        Forget(_gone, gits._gone);
        Forget(_surplus, gits._surplus);

        static void Forget(List<IdenticalLineGroup> open, List<IdenticalLineGroup> excused)
        {
            var known = excused.Select(copies => (copies.Path, copies.Line)).ToHashSet();
            open.RemoveAll(copies => known.Contains((copies.Path, copies.Line)));
        }
    }

    private void Add(StagingBranchCommit step, MergedFileVersions file)
    {
        var (took, brings) = (new Dictionary<int, List<WatchedMergedHunk>>(), new Dictionary<int, List<WatchedMergedHunk>>());
        ReadHunks(step, file, took, brings);
        if (!file.IsText)
        {
            return; // Such a file is compared as a whole by the ledger.
        }
        var before = LineCounts.Of(file.Ours);
        var after = file.IsPlain ? [] : LineCounts.Of(file.Result);
        if (file.IsPlain)
        {
            Removed.AddRange(took.Select(t => Copies(t.Key, t.Value.Count, t.Value)));
            Added.AddRange(brings.Select(b => Copies(b.Key, b.Value.Count, b.Value)));
            return;
        }
        var theirOwn = new Lazy<(Dictionary<int, int> Added, Dictionary<int, int> Removed)>(() => OthersChanges(file));
        foreach (var line in before.Keys.Union(after.Keys).Union(took.Keys).Union(brings.Keys))
        {
            var (plus, minus) = (brings.GetValueOrDefault(line) ?? [], took.GetValueOrDefault(line) ?? []);
            var change = after.GetValueOrDefault(line) - before.GetValueOrDefault(line);
            if (plus.Count + minus.Count == 0 && change == 0)
            {
                continue;
            }
            var open = plus.Count - minus.Count - change;
            var (shared, absorbed) = InBoth(line, open, plus.Count, minus.Count, theirOwn);
            open -= shared - absorbed;
            var missing = Math.Clamp(open, 0, plus.Count - shared);
            Put(Shared, line, plus.Take(shared));
            Put(_missing, line, plus.Skip(shared).Take(missing));
            Put(Added, line, plus.Skip(shared + missing));
            Put(_absorbed, line, minus.Take(absorbed));
            Put(Removed, line, minus.Skip(absorbed));
            if (open > missing)
            {
                _gone.Add(Copies(line, open - missing, []));
            }
            if (open < 0)
            {
                _surplus.Add(Copies(line, -open, []) with { IsAmbiguous = after.GetValueOrDefault(line) > -open });
            }
        }

        IdenticalLineGroup Copies(int line, int count, IReadOnlyList<WatchedMergedHunk> hunks) =>
            new(file.Path, line, count)
            {
                Hunks = hunks,
                Before = before.GetValueOrDefault(line),
                IsAmbiguous = file.IsPlain ? before.GetValueOrDefault(line) > count : after.ContainsKey(line),
            };

        void Put(List<IdenticalLineGroup> to, int line, IEnumerable<WatchedMergedHunk> hunks)
        {
            if (hunks.ToList() is { Count: > 0 } some)
            {
                to.Add(Copies(line, some.Count, some));
            }
        }
    }

    /// <summary>
    /// Counts the additions and removals of a line that both sides made identically and that therefore appear only once in the result.
    /// </summary>
    /// <param name="open">Number of changes that are missing in the result; negative if the result has more.</param>
    private static (int Shared, int Absorbed) InBoth(
        int line,
        int open,
        int plus,
        int minus,
        Lazy<(Dictionary<int, int> Added, Dictionary<int, int> Removed)> theirOwn
    ) =>
        open switch
        {
            > 0 => (Math.Min(open, Math.Min(plus, theirOwn.Value.Added.GetValueOrDefault(line))), 0),
            < 0 => (0, Math.Min(-open, Math.Min(minus, theirOwn.Value.Removed.GetValueOrDefault(line)))),
            _ => (0, 0),
        };

    private void ReadHunks(
        StagingBranchCommit step,
        MergedFileVersions file,
        Dictionary<int, List<WatchedMergedHunk>> took,
        Dictionary<int, List<WatchedMergedHunk>> brings
    )
    {
        if (file.IsTheirs && MergedFileVersions.LinesOf(file.Base) is { } old && MergedFileVersions.LinesOf(file.Theirs) is { } now)
        {
            foreach (var change in LineDiff.Between(old, now))
            {
                var added = now.AsSpan(change.NewStart, change.NewCount).ToArray();
                var removed = old.AsSpan(change.OldStart, change.OldCount).ToArray();
                var hunk = new WatchedMergedHunk(step.Author.Name, step.Commit, file.Path, change.NewStart + 1, added, removed);
                Hunks.Add(hunk);
                LineCounts.Add(took, removed, hunk);
                LineCounts.Add(brings, added, hunk);
            }
        }
    }

    /// <summary>
    /// Matches lines that are missing from one file with the same lines in other files, because git's merge follows renames.
    /// </summary>
    private void Explain()
    {
        var surplus = _surplus.ToLookup(copies => copies.Line).ToDictionary(g => g.Key, g => g.ToList());
        var absorbed = _absorbed.ToLookup(copies => copies.Line).ToDictionary(g => g.Key, g => g.ToList());
        var (missing, gone) = (_missing.ToList(), _gone.ToList());
        _missing.Clear();
        _gone.Clear();
        _surplus.Clear();
        foreach (var copies in missing)
        {
            // Either the work added the line to a file that staging had renamed, or the work moved the line while staging removed it.
            var rest = copies;
            rest = MatchCopies(surplus, rest, (part, other) => Added.Add(part with { Path = other.Path }));
            rest = MatchCopies(absorbed, rest, (_, _) => { });
            Keep(_missing, rest);
        }
        foreach (var copies in gone)
        {
            // Either the work renamed the file, or the work removed the line from a file that staging had renamed.
            var rest = copies;
            rest = MatchCopies(surplus, rest, (part, other) => Moved.Add((part, other.Path)));
            rest = MatchCopies(absorbed, rest, (part, other) => Removed.Add(part with { Hunks = other.Hunks }));
            Keep(_gone, rest);
        }
        _surplus.AddRange(surplus.Values.SelectMany(list => list));

        static void Keep(List<IdenticalLineGroup> to, IdenticalLineGroup rest)
        {
            if (rest.Count > 0)
            {
                to.Add(rest);
            }
        }
    }

    /// <summary>Matches copies of a line with copies of the same line in other files, and returns the unmatched copies.</summary>
    private static IdenticalLineGroup MatchCopies(
        Dictionary<int, List<IdenticalLineGroup>> against,
        IdenticalLineGroup copies,
        Action<IdenticalLineGroup, IdenticalLineGroup> settled
    )
    {
        var others = against.GetValueOrDefault(copies.Line) ?? [];
        while (copies.Count > 0 && others.Count > 0)
        {
            var other = others[^1];
            var count = Math.Min(copies.Count, other.Count);
            settled(First(copies, count), First(other, count));
            copies = Rest(copies, count);
            others.RemoveAt(others.Count - 1);
            if (other.Count > count)
            {
                others.Add(Rest(other, count));
            }
        }
        return copies;
    }

    private static IdenticalLineGroup First(IdenticalLineGroup copies, int count) =>
        copies with
        {
            Count = count,
            Hunks = [.. copies.Hunks.Take(count)],
        };

    private static IdenticalLineGroup Rest(IdenticalLineGroup copies, int count) =>
        copies with
        {
            Count = copies.Count - count,
            Hunks = [.. copies.Hunks.Skip(count)],
        };

    private static (Dictionary<int, int> Added, Dictionary<int, int> Removed) OthersChanges(MergedFileVersions file)
    {
        var (added, removed) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        if (file.IsTheirs)
        {
            var (old, now) = (MergedFileVersions.LinesOf(file.Base)!, MergedFileVersions.LinesOf(file.Ours)!);
            foreach (var change in LineDiff.Between(old, now))
            {
                LineCounts.Add(added, now.AsSpan(change.NewStart, change.NewCount));
                LineCounts.Add(removed, old.AsSpan(change.OldStart, change.OldCount));
            }
        }
        return (added, removed);
    }
}
