using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.Formats;

namespace Orchestrator.Runs.Loading;

/// <summary>Opens the files of a plan for its reader.</summary>
internal static class PlanBytes
{
    /// <summary>Reads a plan in any format. Files outside the repository are rejected.</summary>
    /// <param name="root">Absolute path of the folder that the plan's paths are relative to.</param>
    /// <param name="path">Absolute path of the plan.</param>
    /// <param name="name">Display name of the plan.</param>
    /// <param name="projectTexts">Names of the project's own context texts.</param>
    public static PlanReadResult ReadPlan(string root, string path, string name, IReadOnlyCollection<string>? projectTexts = null)
    {
        var place = Path.GetRelativePath(root, path);
        var read = PlanReader.Read(Read(path), PlanFileName.IsMasterPlan(name) ? place : name, other => TryRead(root, other), projectTexts);
        return RefuseUnfit(read, root, root, FolderOf(place));
    }

    /// <summary>Rejects a plan that does not fit its repository. Its paths must not lead outside or into a submodule, and its gates must
    /// not need files that nobody creates.</summary>
    /// <param name="read">The plan.</param>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="tree">Absolute path of the work tree that the plan's first tasks start from.</param>
    /// <param name="folder">Folder of the plan, relative to the repository, or empty for the root.</param>
    public static PlanReadResult RefuseUnfit(PlanReadResult read, string root, string tree, string folder = "")
    {
        var fit = read.RefuseLinks(other => RepositoryLinks.LeadsOutside(root, other)).RefuseSubmodules(RepositoryLinks.Submodules(root));

        // Outside a repository, it is unknown which files the gates name.
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

    // An unreadable manifest makes its gates fail anyway.
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

    /// <summary>Reads a file up to one byte more than a plan reader accepts, which is enough for the reader to reject it.</summary>
    public static byte[] Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[stream.CanSeek ? Math.Min(stream.Length, PlanText.MaxBytes) + 1 : PlanText.MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }

    /// <summary>Reads another file of the plan; null if it is missing or a link that leads outside the repository.</summary>
    public static byte[]? TryRead(string root, string other)
    {
        var path = Path.Combine(root, other);
        return File.Exists(path) && new FileInfo(path).LinkTarget is null ? Read(path) : null;
    }
}
