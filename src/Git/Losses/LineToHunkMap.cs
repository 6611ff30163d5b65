namespace Orchestrator.Git.Losses;

/// <summary>
/// Records, for each copy of a line in a file on staging, the hunks that introduced it. Copies that no hunk introduced are not recorded.
/// </summary>
internal sealed class LineToHunkMap
{
    private readonly Dictionary<(string Path, int Line), List<HashSet<WatchedMergedHunk>>> _copies = [];

    /// <summary>Records a copy of a line and the hunks that introduced the copy.</summary>
    public void AddCopy(string path, int line, params IEnumerable<WatchedMergedHunk> hunks) => At(path, line).Add([.. hunks]);

    /// <summary>
    /// Adds a hunk to a copy of a line that other hunks already introduced. If there is no such copy, records a new copy for the hunk.
    /// </summary>
    public void Join(string path, int line, WatchedMergedHunk hunk)
    {
        var copies = At(path, line);
        if (copies.Find(copy => !copy.Contains(hunk)) is { } copy)
        {
            copy.Add(hunk);
        }
        else
        {
            copies.Add([hunk]);
        }
    }

    /// <summary>
    /// Removes a number of copies of a line. Copies of hunks that lost other lines in the same step are removed first, copies that no hunk
    /// introduced second, and all others last.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="count">Number of copies to remove.</param>
    /// <param name="before">Number of copies that exist.</param>
    /// <param name="hit">Hunks that lost other lines in the same step.</param>
    /// <returns>The hunks of each removed copy.</returns>
    public IReadOnlyList<HashSet<WatchedMergedHunk>> RemoveCopies(
        string path,
        int line,
        int count,
        int before,
        IReadOnlySet<WatchedMergedHunk> hit
    )
    {
        if (!_copies.TryGetValue((path, line), out var copies))
        {
            return [];
        }
        var taken = copies.Where(copy => copy.Overlaps(hit)).Take(count).ToList();
        var ofNobody = Math.Max(0, before - copies.Count);
        taken.AddRange(copies.Except(taken).Take(Math.Max(0, count - taken.Count - ofNobody)).ToList());
        copies.RemoveAll(taken.Contains);
        return taken;
    }

    private List<HashSet<WatchedMergedHunk>> At(string path, int line) =>
        _copies.TryGetValue((path, line), out var copies) ? copies : _copies[(path, line)] = [];
}
