namespace Orchestrator.Runs.Merging;

/// <summary>Determines which independent parts of a repository a change can affect.</summary>
/// <param name="partsOf">Returns the parts that a change of one file can influence. An empty list means the whole repository.</param>
/// <param name="barriers">Globs of the files that influence every part.</param>
internal sealed class ChangeImpactCalculator(Func<string, IReadOnlyList<string>> partsOf, IReadOnlyList<string> barriers)
{
    private readonly TaskFileOwnership _barriers = TaskFileOwnership.Of(barriers);

    /// <summary>Creates a calculator from the file globs of the repository's parts in the settings.</summary>
    /// <param name="scopes">Globs of the files in each part, by the name of the part.</param>
    /// <param name="barriers">Globs of the files that influence every part.</param>
    public static ChangeImpactCalculator Of(IReadOnlyDictionary<string, IReadOnlyList<string>> scopes, IReadOnlyList<string> barriers)
    {
        IReadOnlyList<(string Name, TaskFileOwnership Files)> parts =
        [
            .. scopes.Select(scope => (scope.Key, TaskFileOwnership.Of(scope.Value))),
        ];
        return new ChangeImpactCalculator(path => [.. parts.Where(part => part.Files.Owns(path)).Select(part => part.Name)], barriers);
    }

    /// <summary>Returns the parts that a change can affect. An empty list stands for the whole repository.</summary>
    /// <param name="changed">Paths of the changed files, relative to the repository. Empty if the change is unknown.</param>
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
