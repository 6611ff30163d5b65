namespace Orchestrator.Runs.Merging;

/// <summary>Independent parts of a repository.</summary>
internal sealed class MergeScopes
{
    private readonly IReadOnlyList<(string Name, IReadOnlyList<PathPattern> Paths)> _scopes;
    private readonly IReadOnlyList<PathPattern> _barriers;

    /// <summary>Reads globs.</summary>
    /// <param name="scopes">Files of each part.</param>
    /// <param name="barriers">Files that influence every part.</param>
    public MergeScopes(IReadOnlyDictionary<string, IReadOnlyList<string>> scopes, IReadOnlyList<string> barriers)
    {
        _scopes = [.. scopes.Select(scope => (scope.Key, Parse(scope.Value)))];
        _barriers = Parse(barriers);
    }

    /// <summary>Returns the parts that a change can influence; empty for the whole repository.</summary>
    /// <param name="changed">Changed files, relative to the repository; none for an unknown change.</param>
    public IReadOnlyList<string> PartsOf(IReadOnlyList<string> changed)
    {
        var parts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in changed)
        {
            IReadOnlyList<string> own = [.. _scopes.Where(scope => Matches(scope.Paths, path)).Select(scope => scope.Name)];
            if (own.Count == 0 || Matches(_barriers, path))
            {
                return [];
            }
            parts.UnionWith(own);
        }
        return [.. parts];
    }

    private static IReadOnlyList<PathPattern> Parse(IReadOnlyList<string> globs) => [.. globs.Select(PathPattern.Parse)];

    private static bool Matches(IReadOnlyList<PathPattern> patterns, string path) => patterns.Any(pattern => pattern.Matches(path));
}
