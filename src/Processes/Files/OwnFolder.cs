namespace Orchestrator.Processes;

/// <summary>Opens folders for files of ours. Programs that are not ours write near them, so that below the folder that has our name no part
/// of a path may be a link: a link there would lead what we write to a place of somebody else's choice.</summary>
internal static class OwnFolder
{
    /// <summary>From the last folder of this name on; it may be a link itself, because a person may keep it on another disk.</summary>
    private const string Name = ".orchestrator";

    /// <summary>Opens a folder; what is missing is made.</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="UnauthorizedAccessException">A link is on the way, or something that is no folder. Nothing was written.</exception>
    public static FolderHandle Make(string path)
    {
        var parts = path.Split('/');
        var own = Array.LastIndexOf(parts, Name);
        if (own < 0)
        {
            Directory.CreateDirectory(path);
            return FolderHandle.TryOpen(path, followLink: true) ?? throw Gone(path);
        }
        var at = string.Join('/', parts[..(own + 1)]);
        Directory.CreateDirectory(at);
        var folder = FolderHandle.TryOpen(at, followLink: true) ?? throw Gone(at);
        foreach (var part in parts[(own + 1)..].Where(part => part.Length > 0))
        {
            using var above = folder;
            at += "/" + part;
            var name = Encoding.UTF8.GetBytes(part);
            folder = above.TryOpen(name) ?? (above.KindOf(name) == EntryKind.Missing ? above.TryMake(name) : null) ?? throw Blocked(at);
        }
        return folder;
    }

    private static DirectoryNotFoundException Gone(string path) => new($"The folder '{path}' is no folder, or was removed just now.");

    private static UnauthorizedAccessException Blocked(string path) =>
        new(
            new FileInfo(path).LinkTarget is { } target
                ? $"'{path}' is a symbolic link to '{target}'. Files of ours are not written through links, because programs that run in a "
                    + "worktree could have made it; nothing was written. Remove the link, and try again. To keep our files on another "
                    + $"disk, make '{Name}' itself a link."
                : $"'{path}' is no folder, so that nothing can be written in it. Move it away, and try again."
        );
}
