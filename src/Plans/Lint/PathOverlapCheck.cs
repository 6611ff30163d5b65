namespace Orchestrator.Plans;

/// <summary>
/// Checks whether the files of two tasks overlap. Plain paths, which are the vast majority in large plans, are compared as text.
/// </summary>
internal sealed class PathOverlapCheck
{
    private readonly Dictionary<string, GlobPathSegment> _parts = new(StringComparer.Ordinal);

    /// <summary>True if <paramref name="owner"/> may write a file that <paramref name="task"/> reads or writes.</summary>
    public bool Overlap(PlanTask task, PlanTask owner)
    {
        string[] owned = [.. TaskFileOwnership.PathsOf(owner)];
        return Overlap(task.FilesWrite ?? [], owned) || Overlap(task.FilesRead ?? [], owned) || Overlap(task.FilesAppend, owned);
    }

    private bool Overlap(IReadOnlyList<string> paths, string[] owned)
    {
        for (var i = 0; i < paths.Count; i++)
        {
            for (var o = 0; o < owned.Length; o++)
            {
                if (Overlap(paths[i], owned[o]))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private bool Overlap(string path, string other) =>
        PathPattern.IsPlain(path) && PathPattern.IsPlain(other)
            ? PathPattern.IsAtOrBelow(path, other) || PathPattern.IsAtOrBelow(other, path)
            : PathPattern.Parse(path, _parts).Overlaps(PathPattern.Parse(other, _parts));
}
