using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.Formats;

namespace Orchestrator.Runs.Loading;

/// <summary>
/// Reads a plan and the files that belong to it as bytes. It enforces size limits and rejects files outside the repository.
/// </summary>
public static class PlanFileReader
{
    /// <summary>Reads a plan in any format. Files outside the repository are rejected.</summary>
    /// <param name="root">Absolute path of the folder to which paths in the plan are relative.</param>
    /// <param name="path">Absolute path of the plan.</param>
    /// <param name="name">Name of the plan in messages.</param>
    /// <param name="projectTexts">Names of the project's context texts, or null if they are unknown.</param>
    public static PlanReadResult ReadPlan(string root, string path, string name, IReadOnlyCollection<string>? projectTexts = null)
    {
        var place = Path.GetRelativePath(root, path);
        var read = PlanReader.Read(Read(path), PlanFileName.IsMasterPlan(name) ? place : name, other => TryRead(root, other), projectTexts);
        return RefuseUnfit(read, root, root, FolderOf(place));
    }

    /// <summary>
    /// Adds an error for each path and gate that can't be used in the repository. Paths must not lead outside the repository or into a
    /// submodule. Gates must not need files that neither exist nor are created by a task.
    /// </summary>
    /// <param name="read">The plan as it was read.</param>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="tree">Absolute path of the work tree in which the plan's first tasks start.</param>
    /// <param name="folder">Folder of the plan, relative to the repository, or empty for the root.</param>
    public static PlanReadResult RefuseUnfit(PlanReadResult read, string root, string tree, string folder = "")
    {
        var fit = read.RefuseLinks(other => OutsideLinkFinder.LeadsOutside(root, other))
            .RefuseSubmodules(OutsideLinkFinder.Submodules(root));

        // Outside a repository, it is unknown which of the files that gates mention exist.
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

    // If a manifest is unreadable, its gates fail and report the reason.
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

    /// <summary>
    /// Reads a file up to one byte beyond the maximum size of a plan, so that the plan reader can detect and reject larger files.
    /// </summary>
    public static byte[] Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[
            stream.CanSeek ? Math.Min(stream.Length, PlanFileBytesDecoder.MaxBytes) + 1 : PlanFileBytesDecoder.MaxBytes + 1
        ];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }

    /// <summary>Reads another file that belongs to the plan. Returns null if the file is missing or is a symbolic link.</summary>
    public static byte[]? TryRead(string root, string other)
    {
        var path = Path.Combine(root, other);
        return File.Exists(path) && new FileInfo(path).LinkTarget is null ? Read(path) : null;
    }
}
