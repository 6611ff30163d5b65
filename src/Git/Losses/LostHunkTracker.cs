namespace Orchestrator.Git.Losses;

/// <summary>
/// Replays a staging branch commit by commit. Tracks the hunks that tasks introduced, and marks each hunk as present, overwritten by a
/// permitted change, or lost. Has no side effects.
/// </summary>
/// <param name="lines">Table of the lines of all file versions.</param>
internal sealed class LostHunkTracker(LineIdTable lines)
{
    private readonly HunkFormatter _texts = new(lines);
    private readonly List<WatchedMergedHunk> _hunks = [];
    private readonly List<MergedHunk> _others = [];
    private readonly LineToHunkMap _claims = new();
    private readonly NonLineChangeTracker _facts = new();
    private readonly Dictionary<(string Path, int Line), WatchedMergedHunk> _removers = [];
    private readonly Dictionary<(string Path, int Line), List<WatchedMergedHunk>> _removals = [];
    private readonly Dictionary<int, List<WatchedMergedHunk>> _lost = [];

    /// <summary>All tracked hunks in their current state.</summary>
    internal IReadOnlyList<WatchedMergedHunk> Hunks => _hunks;

    /// <summary>Returns the text of the line to which the line table assigned the given number.</summary>
    internal string LineOf(int number) => lines.Text(number);

    /// <summary>Returns a report with the state of every tracked hunk, and of lost lines that no task introduced.</summary>
    public MergedHunkReport Report() => new([.. _hunks.Select(_texts.Format), .. _others]);

    /// <summary>Updates the state of the tracked hunks for one step (usually a merge commit) of the staging branch.</summary>
    /// <param name="isFaithful">True if the result equals git's merge of both sides.</param>
    public void ApplyStep(StagingBranchCommit step, MergeLineComparisonResult balance, bool isFaithful)
    {
        var hunks = balance.Hunks.Concat(_facts.HunksOf(step)).ToList();
        if (step.Author.IsTask)
        {
            _hunks.AddRange(hunks);
        }
        var (removed, added) = TransferMovedHunks(step, balance);
        Remove(step, removed, balance.Missing.Select(copies => copies.Line).ToHashSet());
        foreach (var copies in balance.Shared.Where(_ => step.Author.IsTask))
        {
            copies.Hunks.ToList().ForEach(hunk => _claims.Join(copies.Path, copies.Line, hunk));
        }
        foreach (var copies in added)
        {
            AddCopies(step, copies);
        }
        HandleRestoredLines(step, balance.Hunks);
        ApplyMissingLines(step, balance);
        _facts.ApplyStep(step, isFaithful);
        if (step.Author.AcceptsLosses)
        {
            _hunks.Where(hunk => hunk.Fate == MergedHunkSurvivalStatus.Lost).ToList().ForEach(hunk => hunk.Accepted(step));
            _others.Clear();
        }
    }

    /// <summary>
    /// For each line that a step moved within its file or to another file, carries over the record of the hunks that introduced it. Returns
    /// the removed and added lines that were not moved.
    /// </summary>
    private (IReadOnlyList<IdenticalLineGroup> Removed, IReadOnlyList<IdenticalLineGroup> Added) TransferMovedHunks(
        StagingBranchCommit step,
        MergeLineComparisonResult balance
    )
    {
        foreach (var (from, to) in balance.Moved)
        {
            foreach (var copy in _claims.RemoveCopies(from.Path, from.Line, from.Count, from.Before, new HashSet<WatchedMergedHunk>()))
            {
                _claims.AddCopy(to, from.Line, copy);
            }
        }
        var targets = balance.Added.ToLookup(copies => copies.Line).ToDictionary(g => g.Key, g => g.ToList());
        var removed = new List<IdenticalLineGroup>();
        foreach (var copies in balance.Removed)
        {
            var rest = copies.Count;
            if (targets.GetValueOrDefault(copies.Line) is { } places)
            {
                foreach (var place in places.OrderBy(place => place.Path != copies.Path).ToList())
                {
                    var count = Math.Min(rest, place.Count);
                    var moved = _claims.RemoveCopies(
                        copies.Path,
                        copies.Line,
                        count,
                        copies.Before,
                        new HashSet<WatchedMergedHunk>(copies.Hunks)
                    );
                    for (var i = 0; i < count; i++)
                    {
                        AddCopies(step, place with { Count = 1, Hunks = [place.Hunks[i]] }, i < moved.Count ? moved[i] : []);
                    }
                    rest -= count;
                    places.Remove(place);
                    if (place.Count > count)
                    {
                        places.Add(place with { Count = place.Count - count, Hunks = [.. place.Hunks.Skip(count)] });
                    }
                    if (rest == 0)
                    {
                        break;
                    }
                }
            }
            if (rest > 0)
            {
                removed.Add(copies with { Count = rest, Hunks = [.. copies.Hunks.TakeLast(rest)] });
            }
        }
        return (removed, [.. targets.Values.SelectMany(places => places)]);
    }

    private void AddCopies(StagingBranchCommit step, IdenticalLineGroup copies, IEnumerable<WatchedMergedHunk>? earlier = null)
    {
        foreach (var hunk in copies.Hunks)
        {
            var back = _lost.GetValueOrDefault(copies.Line)?.Find(lost => lost.Path == copies.Path && lost.Missing.Contains(copies.Line));
            back?.RecordRestored(copies.Line);
            WatchedMergedHunk[] own = step.Author.IsTask ? [hunk] : [];
            if (own.Concat(earlier ?? []).Concat(back is null ? [] : [back]).ToList() is { Count: > 0 } bringers)
            {
                _claims.AddCopy(copies.Path, copies.Line, bringers);
            }
        }
    }

    /// <summary>
    /// Records that a step removed lines. Finds the hunks that introduced the lines, and checks whether the step was permitted to remove
    /// them.
    /// </summary>
    /// <param name="removed">Lines that the step removed.</param>
    /// <param name="missing">Lines that the step should have moved but that are missing.</param>
    private void Remove(StagingBranchCommit step, IReadOnlyList<IdenticalLineGroup> removed, HashSet<int> missing)
    {
        // Lines whose copies were all removed come first, because their hunks are known with certainty.
        var hit = new HashSet<WatchedMergedHunk>();
        foreach (var copies in removed.OrderBy(copies => copies.Count < copies.Before))
        {
            foreach (var copy in _claims.RemoveCopies(copies.Path, copies.Line, copies.Count, copies.Before, hit))
            {
                hit.UnionWith(copy);
                var by = copies.Hunks.Count > 0 ? copies.Hunks[0] : null;
                var may =
                    !missing.Contains(copies.Line)
                    && (MayTakeAway(step, copies.Path, by) || (by is not null && MayTakeAway(step, by.Path, by)));
                foreach (var hunk in copy.Where(hunk => hunk.Merge != step.Commit))
                {
                    Change(step, hunk, copies, may);
                }
            }
        }
        foreach (var copies in removed.Where(copies => step.Author.IsTask && copies.Hunks.Count > 0))
        {
            _removers[(copies.Path, copies.Line)] = copies.Hunks[0];
        }
        foreach (var hunk in removed.SelectMany(copies => copies.Hunks).Distinct().Where(_ => step.Author.IsTask))
        {
            foreach (var line in hunk.Removed)
            {
                _removers[(hunk.Path, line)] = hunk;
            }
            if (hunk.Added.Count == 0 && hunk.Removed.FirstOrDefault(lines.IsTelling, -1) is >= 0 and var first)
            {
                (_removals.TryGetValue((hunk.Path, first), out var known) ? known : _removals[(hunk.Path, first)] = []).Add(hunk);
            }
        }
    }

    private static bool MayTakeAway(StagingBranchCommit step, string path, WatchedMergedHunk? by) =>
        step.Author.RightTo(path) switch
        {
            TaskWriteAccess.Write => true,
            TaskWriteAccess.Append => by is not null && by.Added.Count >= by.Removed.Count,
            _ => false,
        };

    private void Change(StagingBranchCommit step, WatchedMergedHunk hunk, IdenticalLineGroup copies, bool may)
    {
        var line = copies.Line;
        if (may)
        {
            hunk.Overwritten(step);
        }
        else if (IsClear(copies))
        {
            hunk.Lost(step);
            hunk.Missing.Add(line);
            (_lost.TryGetValue(line, out var known) ? known : _lost[line] = []).Add(hunk);
        }
    }

    /// <summary>
    /// Finds earlier removals whose lines are all added again by the step. Marks such a removal as overwritten if the step's author may
    /// write or append to the file, and as lost otherwise.
    /// </summary>
    private void HandleRestoredLines(StagingBranchCommit step, IReadOnlyList<WatchedMergedHunk> hunks)
    {
        foreach (var hunk in hunks)
        {
            foreach (var removal in hunk.Added.SelectMany(line => _removals.GetValueOrDefault((hunk.Path, line)) ?? []).Distinct())
            {
                if (removal.Merge == step.Commit || removal.Removed.Except(hunk.Added).Any())
                {
                    continue;
                }
                if (step.Author.RightTo(hunk.Path) == TaskWriteAccess.None)
                {
                    removal.Lost(step);
                }
                else
                {
                    removal.Overwritten(step);
                }
            }
        }
    }

    /// <summary>Records lines that should be in the merge result but are missing, and removed lines that reappeared.</summary>
    private void ApplyMissingLines(StagingBranchCommit step, MergeLineComparisonResult balance)
    {
        foreach (var copies in balance.Missing.Where(_ => step.Author.IsTask))
        {
            copies.Hunks.ToList().ForEach(hunk => Change(step, hunk, copies, may: false));
        }
        foreach (var copies in balance.Gone)
        {
            var hunksOfCopies = _claims.RemoveCopies(
                copies.Path,
                copies.Line,
                copies.Count,
                copies.Before,
                new HashSet<WatchedMergedHunk>()
            );
            hunksOfCopies.SelectMany(copy => copy).ToList().ForEach(hunk => Change(step, hunk, copies, may: false));
            if (hunksOfCopies.Count < copies.Count && IsClear(copies))
            {
                _others.Add(
                    new MergedHunk(
                        "",
                        "",
                        copies.Path,
                        0,
                        _texts.Of(copies.Line),
                        MergedHunkSurvivalStatus.Lost,
                        step.Author.Name,
                        step.Commit
                    )
                );
            }
        }
        foreach (var copies in balance.Surplus.Where(IsClear))
        {
            _removers.GetValueOrDefault((copies.Path, copies.Line))?.Lost(step);
        }
    }

    /// <summary>
    /// True if it is certain which copy of a line is affected. False for lines without letters or digits, such as single brackets, because
    /// they occur too often.
    /// </summary>
    private bool IsClear(IdenticalLineGroup copies) => !copies.IsAmbiguous && lines.IsTelling(copies.Line);
}
