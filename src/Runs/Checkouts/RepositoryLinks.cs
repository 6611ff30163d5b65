using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Symbolic links and submodules of a work tree: what lies behind them is not in its repository.</summary>
public static partial class RepositoryLinks
{
    /// <summary>The folders that <c>.gitmodules</c> names, relative to the root.</summary>
    /// <param name="root">Absolute path of the work tree.</param>
    public static IReadOnlyList<string> Submodules(string root) =>
        SmallFile.TryRead(Path.Combine(root, ".gitmodules")) is { } content
            ? [.. SubmodulePath().Matches(Encoding.UTF8.GetString(content)).Select(found => found.Groups[1].Value.Trim('"', '/'))]
            : [];

    // A name with quotes or escapes is left to the checks of a run, which ask git.
    [GeneratedRegex(@"^\s*path\s*=\s*(\S(?:.*\S)?)\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SubmodulePath();

    /// <summary>The target of a path that is a link to a place outside of the work tree, or in a circle; null when it is no link or stays
    /// inside.</summary>
    /// <param name="root">Absolute path of the work tree.</param>
    /// <param name="relative">Path of the file or folder, relative to it.</param>
    public static string? LeadsOutside(string root, string relative)
    {
        var entry = new FileInfo(Path.Combine(root, relative));
        if (entry.LinkTarget is not { } target)
        {
            return null;
        }
        try
        {
            var final = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? target;
            var fromRoot = Path.GetRelativePath(root, final);
            return fromRoot == ".." || fromRoot.StartsWith("../", StringComparison.Ordinal) ? target : null;
        }
        catch (IOException)
        {
            // A circle of links has no final target.
            return target;
        }
    }
}
