namespace Orchestrator.Runs;

/// <summary>Symbolic links in a work tree.</summary>
public static class RepositoryLinks
{
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
