namespace Orchestrator.Processes;

/// <summary>
/// Creates and opens folders for the orchestrator's files. No other code creates folders below <c>.orchestrator</c>. In a checkout, git is
/// first configured to ignore the folder. Links below <c>.orchestrator</c> are rejected, because another program could use a link to
/// redirect the orchestrator's writes.
/// </summary>
public static class OrchestratorFolderCreator
{
    /// <summary>Name of the orchestrator's folder in a checkout. The folder itself may be a link, because the user may store it on another
    /// disk.</summary>
    public const string Name = ".orchestrator";

    /// <summary>
    /// Entries of the orchestrator's folder that should be committed, as <c>.gitignore</c> patterns relative to the folder.
    /// </summary>
    public static readonly IReadOnlyList<string> Committed =
    [
        ".gitignore",
        "config.yaml",
        "context.json",
        "flaky.yaml",
        "roles/",
        "tasks.json",
    ];

    // Git must ignore a link with this name as a whole, but must search a folder for entries to commit.
    private static readonly IReadOnlyList<string> Patterns =
    [
        $"/{Name}",
        $"!/{Name}/",
        $"/{Name}/*",
        .. Committed.Select(entry => $"!/{Name}/{entry}"),
    ];

    /// <summary>Creates a folder and its parents if they do not exist.</summary>
    /// <param name="path">Absolute path of any folder, not necessarily below <c>.orchestrator</c>.</param>
    /// <returns>The path.</returns>
    /// <exception cref="UnauthorizedAccessException">Below <c>.orchestrator</c>, a part of the path is a link or not a folder.</exception>
    public static string Ensure(string path)
    {
        using var made = Path.GetFullPath(path).Split('/').Contains(Name) ? Make(Path.GetFullPath(path)) : null;
        return made is null ? Directory.CreateDirectory(path).FullName : path;
    }

    /// <summary>Opens a folder, and creates missing parts of its path.</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="UnauthorizedAccessException">A part of the path is a link or not a folder. No folder is created then.</exception>
    internal static FolderHandle Make(string path)
    {
        var parts = path.Split('/');
        var own = Array.LastIndexOf(parts, Name);
        if (own < 0)
        {
            Directory.CreateDirectory(path);
            return FolderHandle.TryOpen(path, followLink: true) ?? throw FolderMissingError(path);
        }
        CheckoutExcludes.Ensure(own == 1 ? "/" : string.Join('/', parts[..own]), Patterns);
        var at = string.Join('/', parts[..(own + 1)]);
        if (File.Exists(at))
        {
            throw Blocked(at);
        }
        Directory.CreateDirectory(at);
        var folder = FolderHandle.TryOpen(at, followLink: true) ?? throw FolderMissingError(at);
        foreach (var part in parts[(own + 1)..].Where(part => part.Length > 0))
        {
            using var above = folder;
            at += "/" + part;
            var name = Encoding.UTF8.GetBytes(part);
            // Another process may create the folder at any moment.
            folder =
                above.TryOpen(name)
                ?? (above.KindOf(name) == FileSystemEntryKind.Missing ? above.TryMake(name) : null)
                ?? above.TryOpen(name)
                ?? throw Blocked(at);
        }
        return folder;
    }

    private static DirectoryNotFoundException FolderMissingError(string path) => new($"'{path}' is not a folder, or was just removed.");

    private static UnauthorizedAccessException Blocked(string path) =>
        new(
            new FileInfo(path).LinkTarget is { } target
                ? $"'{path}' is a symbolic link to '{target}'. orchestrate does not write through links, because programs in a "
                    + "worktree could have created it; nothing was written. Remove the link, and try again. To keep these files on another "
                    + $"disk, make '{Name}' itself a link."
                : $"'{path}' is not a folder, so no file can be created in it. Move it away, and try again."
        );
}
