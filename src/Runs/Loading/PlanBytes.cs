using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.Formats;

namespace Orchestrator.Runs.Loading;

/// <summary>Opens the files of a plan for its reader.</summary>
internal static class PlanBytes
{
    /// <summary>Reads a plan of any format; files outside of the repository are refused.</summary>
    /// <param name="root">Absolute path of the folder that the plan's paths belong to.</param>
    /// <param name="path">Absolute path of the plan.</param>
    /// <param name="name">Its name for people.</param>
    /// <param name="projectTexts">Names of the project's own context texts.</param>
    public static PlanReadResult ReadPlan(string root, string path, string name, IReadOnlyCollection<string>? projectTexts = null)
    {
        var place = Path.GetRelativePath(root, path);
        var read = PlanReader.Read(Read(path), PlanFileName.IsMasterPlan(name) ? place : name, other => TryRead(root, other), projectTexts);
        return RefuseUnfit(read, root, root, FolderOf(place));
    }

    /// <summary>Refuses a plan that does not fit its repository, whoever wrote it: paths that lead outside or into a submodule, and gates
    /// that name what nobody makes.</summary>
    /// <param name="read">The plan.</param>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="tree">Absolute path of the work tree that its first tasks begin with.</param>
    /// <param name="folder">The plan's folder, relative to the repository; empty: the repository itself.</param>
    public static PlanReadResult RefuseUnfit(PlanReadResult read, string root, string tree, string folder = "")
    {
        var fit = read.RefuseLinks(other => RepositoryLinks.LeadsOutside(root, other)).RefuseSubmodules(RepositoryLinks.Submodules(root));

        // Outside of a repository nothing is known of the files that gates name.
        return Path.Exists(Path.Combine(tree, ".git"))
            ? fit.RefuseMissing(
                folder,
                other => Path.Exists(Path.Combine(tree, other)),
                other => TryRead(tree, other) is { } content ? Encoding.UTF8.GetString(content) : null,
                () => ScriptsOf(tree)
            )
            : fit;
    }

    private static string FolderOf(string place) =>
        Path.IsPathRooted(place) || place.StartsWith('.') ? "" : Path.GetDirectoryName(place)!.Replace('\\', '/');

    // A manifest that can't be read fails its gates by itself.
    private static HashSet<string> ScriptsOf(string root)
    {
        try
        {
            return
                TryRead(root, "package.json") is { } content
                && JsonNode.Parse(content) is JsonObject package
                && package["scripts"] is JsonObject scripts
                ? [.. scripts.Select(script => script.Key)]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>A file's bytes, up to one more than a reader accepts, which is enough for it to refuse the file.</summary>
    public static byte[] Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[stream.CanSeek ? Math.Min(stream.Length, PlanText.MaxBytes) + 1 : PlanText.MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }

    /// <summary>The bytes of another file of the plan, or null; a link that leads outside the repository counts as missing.</summary>
    public static byte[]? TryRead(string root, string other)
    {
        var path = Path.Combine(root, other);
        return File.Exists(path) && new FileInfo(path).LinkTarget is null ? Read(path) : null;
    }
}
