namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Finds names that differ only in letter case from another name in the same folder. Each folder is listed only once, even if many files
/// are checked.
/// </summary>
internal sealed class CaseCollisionFinder(WorktreeFileReaderAndWriter files)
{
    private readonly Dictionary<string, Dictionary<string, int>> _folders = new(StringComparer.Ordinal);

    /// <summary>True if the name of a file or of one of its folders differs only in letter case from another existing name.</summary>
    public bool Has(string path)
    {
        var start = 0;
        for (var end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', start))
        {
            var folder = start == 0 ? "" : path[..(start - 1)];
            var name = end < 0 ? path[start..] : path[start..end];
            if (Names(folder).GetValueOrDefault(name) > 1)
            {
                return true;
            }
            if (end < 0)
            {
                return false;
            }
            start = end + 1;
        }
    }

    private Dictionary<string, int> Names(string folder)
    {
        if (!_folders.TryGetValue(folder, out var names))
        {
            _folders[folder] = names = files
                .List(folder)
                .CountBy(name => name, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(StringComparer.OrdinalIgnoreCase);
        }
        return names;
    }
}
