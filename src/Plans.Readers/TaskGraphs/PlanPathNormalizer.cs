namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Normalizes paths and globs, and rejects those that lead out of the repository.</summary>
internal static class PlanPathNormalizer
{
    public static IReadOnlyList<string> Read(IReadOnlyList<PositionedText> texts, FaultList faults)
    {
        var paths = new List<string>(texts.Count);
        foreach ((var node, var field) in texts)
        {
            if (!RepositoryPath.TryNormalize(node.Text, out var path, out var fault))
            {
                faults.Error(
                    "bad-path",
                    node,
                    field,
                    $"The path '{FormatPath(node.Text)}' {fault}.",
                    "Name a path inside the repository, relative to its root, such as src/auth.py."
                );
            }
            else
            {
                paths.Add(path);
            }
        }
        var isDistinct = paths.Count < 2 || (paths.Count == 2 && !string.Equals(paths[0], paths[1], StringComparison.Ordinal));
        return isDistinct ? paths : [.. paths.Distinct(StringComparer.Ordinal)];
    }

    private static string FormatPath(string text) => text.Replace('\0', '?').ReplaceLineEndings(" ");
}
