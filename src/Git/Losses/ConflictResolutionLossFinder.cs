using Orchestrator.Git.Merging;

namespace Orchestrator.Git.Losses;

/// <summary>Part of one side's change that is missing from a resolved conflict.</summary>
/// <param name="IsOwn">True if the task that resolves the conflict made the change, false if another task did.</param>
/// <param name="Path">Path of the file.</param>
/// <param name="Line">First line of the part in the side's version of the file, counted from 1, or 0 for a whole file.</param>
/// <param name="Lines">Missing lines without indentation, or removed lines that are back. Empty for a whole file.</param>
/// <param name="IsRemoval">True if the side removed the lines and the result contains them.</param>
public sealed record ConflictResolutionLoss(bool IsOwn, string Path, int Line, IReadOnlyList<string> Lines, bool IsRemoval);

/// <summary>
/// Finds changes of either side that are missing from a resolved conflict. Indentation, a final comma and the position of a line in its
/// file are ignored. A line that both sides added needs to be present only once.
/// </summary>
/// <param name="appendedFiles">As in <see cref="TreeMerger.MergeAsync"/>.</param>
/// <param name="isWhole">True for files that are compared as a whole, because a program generates them.</param>
public sealed class ConflictResolutionLossFinder(
    GitRepository repository,
    IReadOnlyCollection<string> appendedFiles,
    Func<string, bool> isWhole
)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>
    /// Returns the changes that are missing from the resolved conflict. The task's own changes are checked only in the conflicted files,
    /// because the task may revise its other work.
    /// </summary>
    /// <param name="ours">Commit of the task before the conflict.</param>
    /// <param name="theirs">Staging commit with the other tasks' work.</param>
    /// <param name="tree">Tree of the result.</param>
    /// <param name="conflicted">Files that conflicted.</param>
    public async Task<IReadOnlyList<ConflictResolutionLoss>> FindAsync(
        string ours,
        string theirs,
        string tree,
        IReadOnlyCollection<string> conflicted,
        CancellationToken stop
    )
    {
        var (own, other) = ((await _commits.ReadAsync(ours, stop))!, (await _commits.ReadAsync(theirs, stop))!);
        var root = await new MergeBases(repository).TreeAsync(ours, theirs, _ => null, _ => null, stop);
        var gits = (await new TreeMerger(repository).MergeAsync(ours, theirs, appendedFiles, stop)).Tree;
        var reader = new StagingBranchCommitReader(repository, new LineIdTable(isLoose: true));
        var ofOwn = await SideAsync(reader, other, own, root, tree, gits, stop);
        var ofOther = await SideAsync(reader, own, other, root, tree, gits, stop);
        return
        [
            .. Dropped(reader.Table, ofOther, ofOwn, conflicted).Select(change => change with { IsOwn = false }).Distinct(),
            .. Dropped(reader.Table, ofOwn, ofOther, conflicted).Where(change => conflicted.Contains(change.Path)).Distinct(),
        ];
    }

    /// <summary>Formats a line for comparison and display.</summary>
    public static string Show(string line) => FileNameEncoding.Show(LineIdTable.TrimLine(line).ToString());

    private static async Task<MergeSide> SideAsync(
        StagingBranchCommitReader reader,
        CommitInfo onto,
        CommitInfo side,
        string root,
        string tree,
        string gits,
        CancellationToken stop
    )
    {
        var (step, git) = (await StepAsync(tree), await StepAsync(gits));
        return new MergeSide(step, MergeLineComparisonResult.Of(step), MergeLineComparisonResult.Of(git));

        async Task<StagingBranchCommit> StepAsync(string result)
        {
            var trees = new StagingBranchCommitTreeIds(side with { Id = result, Tree = result }, onto.Tree, root, side.Tree);
            var diffs = await reader.DiffsAsync([(root, side.Tree), (onto.Tree, result)], stop);
            var author = new StagingBranchCommitAuthor("", IsTask: true, _ => TaskWriteAccess.Write);
            return (await reader.ReadAsync([new StagingBranchCommitChanges(trees, author, diffs[0], diffs[1])], stop))[0];
        }
    }

    private IEnumerable<ConflictResolutionLoss> Dropped(
        LineIdTable table,
        MergeSide side,
        MergeSide other,
        IReadOnlyCollection<string> conflicted
    )
    {
        var files = side.Step.Files.Where(file => file.IsTheirs).ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var file in files.Values.Where(file => (!file.IsText || isWhole(file.Path)) && IsReplaced(file)))
        {
            yield return Whole(file.Path);
        }
        // Git leaves both sides of a conflict in its own merge, so only lines that it lacks, too, are excused there.
        var back = side.Balance.Surplus.Where(copies => conflicted.Contains(copies.Path)).ToList();
        side.Balance.IgnoreImbalancesOf(side.Gits);
        // A line that both sides added counts for staging.
        var missing = Lines(side.Balance.Missing.Concat(side.Balance.Gone));
        back.AddRange(side.Balance.Surplus.Where(copies => !conflicted.Contains(copies.Path)));
        var returned = Lines(back);
        returned.ExceptWith(other.Balance.Hunks.SelectMany(hunk => hunk.Added.Select(line => (hunk.Path, line))));
        foreach (var hunk in side.Balance.Hunks.Where(hunk => files[hunk.Path] is { IsText: true } && !isWhole(hunk.Path)))
        {
            var added = hunk.Added.ToHashSet();
            foreach (var (lines, of, isRemoval) in new[] { (hunk.Added, missing, false), (hunk.Removed, returned, true) })
            {
                var found = lines.Select((line, at) => (line, at)).Where(l => of.Contains((hunk.Path, l.line))).ToList();
                found.RemoveAll(l => isRemoval && added.Contains(l.line));
                if (found.Count == 0)
                {
                    continue;
                }
                if (files[hunk.Path] is { Theirs: null } or { Result: null })
                {
                    yield return Whole(hunk.Path);
                    continue;
                }
                IReadOnlyList<string> texts = [.. found.Select(l => table.Text(l.line)).Distinct()];
                yield return new ConflictResolutionLoss(
                    IsOwn: true,
                    hunk.Path,
                    hunk.Line + (isRemoval ? 0 : found[0].at),
                    texts,
                    isRemoval
                );
            }
        }

        HashSet<(string Path, int Line)> Lines(IEnumerable<IdenticalLineGroup> some) =>
            [.. some.Where(copies => !copies.IsAmbiguous && table.IsTelling(copies.Line)).Select(copies => (copies.Path, copies.Line))];

        static ConflictResolutionLoss Whole(string path) => new(IsOwn: true, path, 0, [], IsRemoval: false);
    }

    /// <summary>True if the result lacks their changed file, because it is removed or has the content of ours or of the base.</summary>
    private static bool IsReplaced(MergedFileVersions file) =>
        !MergedFileVersions.HasSameContent(file.Base, file.Theirs)
        && !MergedFileVersions.HasSameContent(file.Result, file.Theirs)
        && (
            file.Result is null
            || MergedFileVersions.HasSameContent(file.Result, file.Ours)
            || MergedFileVersions.HasSameContent(file.Result, file.Base)
        );

    /// <summary>Changes of one side of a conflict, compared with the resolution and with git's own merge.</summary>
    private sealed record MergeSide(StagingBranchCommit Step, MergeLineComparisonResult Balance, MergeLineComparisonResult Gits);
}
