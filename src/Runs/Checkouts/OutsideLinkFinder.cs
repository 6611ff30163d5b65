using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Finds symbolic links and submodules in a work tree that lead outside the repository.</summary>
public static partial class OutsideLinkFinder
{
    /// <summary>Lists the folders of submodules in <c>.gitmodules</c>, relative to the root.</summary>
    /// <param name="root">Absolute path of the work tree.</param>
    public static IReadOnlyList<string> Submodules(string root) =>
        SmallFileReader.TryRead(Path.Combine(root, ".gitmodules")) is { } content
            ? [.. SubmodulePath().Matches(Encoding.UTF8.GetString(content)).Select(found => found.Groups[1].Value.Trim('"', '/'))]
            : [];

    // Git itself reads names with quotes or escapes, in the checks of the run.
    [GeneratedRegex(@"^\s*path\s*=\s*(\S(?:.*\S)?)\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SubmodulePath();

    /// <summary>
    /// Returns the target of a symbolic link that leads outside the work tree or is part of a link cycle. Returns null if the path is not a
    /// link or leads to a target inside the work tree.
    /// </summary>
    /// <param name="root">Absolute path of the work tree.</param>
    /// <param name="relative">Path of the file or folder, relative to the root.</param>
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
            // A cycle of links has no final target.
            return target;
        }
    }
}
