namespace Orchestrator.Runs.Merging;

/// <summary>Independent parts of a repository.</summary>
/// <param name="partsOf">Returns the parts that a change of a file can influence; empty for the whole repository.</param>
/// <param name="barriers">Files that influence every part, as globs.</param>
internal sealed class MergeScopes(Func<string, IReadOnlyList<string>> partsOf, IReadOnlyList<string> barriers)
{
    private readonly Ownership _barriers = Ownership.Of(barriers);

    /// <summary>Creates the parts from globs.</summary>
    /// <param name="scopes">Files of each part.</param>
    /// <param name="barriers">Files that influence every part.</param>
    public static MergeScopes Of(IReadOnlyDictionary<string, IReadOnlyList<string>> scopes, IReadOnlyList<string> barriers)
    {
        IReadOnlyList<(string Name, Ownership Files)> parts = [.. scopes.Select(scope => (scope.Key, Ownership.Of(scope.Value)))];
        return new MergeScopes(path => [.. parts.Where(part => part.Files.Owns(path)).Select(part => part.Name)], barriers);
    }

    /// <summary>Returns the parts that a change can influence; empty for the whole repository.</summary>
    /// <param name="changed">Changed files, relative to the repository; none for an unknown change.</param>
    public IReadOnlyList<string> PartsOf(IReadOnlyList<string> changed)
    {
        var parts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in changed)
        {
            var own = _barriers.Owns(path) ? [] : partsOf(path);
            if (own.Count == 0)
            {
                return [];
            }
            parts.UnionWith(own);
        }
        return [.. parts];
    }
}
