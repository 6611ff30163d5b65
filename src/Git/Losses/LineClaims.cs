namespace Orchestrator.Git.Losses;

/// <summary>The origin of staging's lines: for each file and line the copies that hunks brought. Copies that no hunk brought are not
/// recorded.</summary>
internal sealed class LineClaims
{
    private readonly Dictionary<(string Path, int Line), List<HashSet<TrackedHunk>>> _copies = [];

    /// <summary>A hunk brings a copy.</summary>
    public void Bring(string path, int line, params IEnumerable<TrackedHunk> hunks) => At(path, line).Add([.. hunks]);

    /// <summary>A hunk brings a line that is there already by another one.</summary>
    public void Join(string path, int line, TrackedHunk hunk)
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

    /// <summary>Removes copies of a line. If there are more: first those of hunks that lost other lines in the same step, then those of no
    /// hunk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many copies.</param>
    /// <param name="before">How many there are.</param>
    /// <param name="hit">Hunks that lost other lines.</param>
    /// <returns>The hunks of each removed copy.</returns>
    public IReadOnlyList<HashSet<TrackedHunk>> Take(string path, int line, int count, int before, IReadOnlySet<TrackedHunk> hit)
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

    private List<HashSet<TrackedHunk>> At(string path, int line) =>
        _copies.TryGetValue((path, line), out var copies) ? copies : _copies[(path, line)] = [];
}
