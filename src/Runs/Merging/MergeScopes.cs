namespace Orchestrator.Runs.Merging;

/// <summary>Independent parts of a repository.</summary>
internal sealed class MergeScopes
{
    private readonly IReadOnlyList<(string Name, Ownership Files)> _scopes;
    private readonly Ownership _barriers;

    /// <summary>Reads the globs of merge.scopes.</summary>
    /// <param name="scopes">Files of each part.</param>
    /// <param name="barriers">Files that influence every part.</param>
    public MergeScopes(IReadOnlyDictionary<string, IReadOnlyList<string>> scopes, IReadOnlyList<string> barriers)
    {
        _scopes = [.. scopes.Select(scope => (scope.Key, Ownership.Of(scope.Value)))];
        _barriers = Ownership.Of(barriers);
    }

    /// <summary>Returns the parts that a change can influence; empty for the whole repository.</summary>
    /// <param name="changed">Changed files, relative to the repository; none for an unknown change.</param>
    public IReadOnlyList<string> PartsOf(IReadOnlyList<string> changed)
    {
        var parts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in changed)
        {
            IReadOnlyList<string> own = [.. _scopes.Where(scope => scope.Files.Owns(path)).Select(scope => scope.Name)];
            if (own.Count == 0 || _barriers.Owns(path))
            {
                return [];
            }
            parts.UnionWith(own);
        }
        return [.. parts];
    }
}
