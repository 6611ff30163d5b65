using System.Security.Cryptography;

namespace Orchestrator.Git.Guard;

/// <summary>
/// Stores file contents by hash. Recorded contents are used to restore files, and replaced contents are retained so that no user data is
/// lost.
/// </summary>
internal sealed class SharedGitAdminFileContentStore(string folder)
{
    private const int LargestFile = 4 * 1024 * 1024;
    private const int LargestHeld = 512;
    private const FileAttributes NotThere = (FileAttributes)(-1);

    /// <summary>Stores a file's content. Returns null if the file does not exist or is too large to be a configuration file.</summary>
    internal SharedGitAdminFileRecord? Keep(string path) => ReadEntry(path) is var (file, content) ? Keep(file, content) : null;

    /// <summary>
    /// Stores the content of a file. Contents of at most 512 bytes are only added to <see cref="Held"/>, because every worktree has several
    /// such small files.
    /// </summary>
    internal SharedGitAdminFileRecord? StoreFile(string path)
    {
        if (ReadEntry(path) is not var (file, content))
        {
            return null;
        }
        if (content.Length > LargestHeld)
        {
            return Keep(file, content);
        }
        Held[file.Hash] = content;
        return file;
    }

    /// <summary>
    /// Contents of small files, by hash. They are stored in the <see cref="SharedGitStateRecord"/> itself instead of in separate files.
    /// </summary>
    internal Dictionary<string, byte[]> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the hash and mode of a file without storing its content.</summary>
    internal static SharedGitAdminFileRecord? HashOf(string path) => ReadEntry(path)?.File;

    private static (SharedGitAdminFileRecord File, byte[] Content)? ReadEntry(string path)
    {
        var file = new FileInfo(path);
        if (file.Attributes is var attributes && (attributes == NotThere || !attributes.HasFlag(FileAttributes.ReparsePoint)))
        {
            return attributes != NotThere && file.Exists && file.Length <= LargestFile && SmallFileReader.TryRead(path) is { } content
                ? (
                    new SharedGitAdminFileRecord(
                        HashOf(content),
                        OperatingSystem.IsWindows() ? string.Empty : Convert.ToString((int)file.UnixFileMode, 8)
                    ),
                    content
                )
                : null; // The file may disappear between two checks, because worktrees are created and removed concurrently.
        }
        return file.LinkTarget is { } target && Encoding.UTF8.GetBytes(target) is var link
            ? (new SharedGitAdminFileRecord(HashOf(link), SharedGitAdminFileRecord.Link), link)
            : null;
    }

    /// <summary>Returns the path of the file that stores the content with this hash.</summary>
    internal string PathOf(string hash) => Path.Combine(folder, hash);

    /// <summary>
    /// Returns the content stored for a hash, or null if the content is missing or damaged, for example after a power failure.
    /// </summary>
    internal byte[]? Read(string hash)
    {
        return Held.GetValueOrDefault(hash)
            ?? (SmallFileReader.TryRead(PathOf(hash)) is { } content && HashOf(content) == hash ? content : null);
    }

    internal string Text(SharedGitAdminFileRecord? file) => Text(file?.Hash);

    /// <summary>Returns the content of a recorded file, or an empty array if no content was recorded.</summary>
    internal byte[] Content(SharedGitAdminFileRecord? file) => file is not null && Read(file.Hash) is { } content ? content : [];

    /// <summary>
    /// Writes the recorded content of a removed file to the store folder, so that a user who needs the file can find its content there.
    /// </summary>
    internal void KeepRecorded(SharedGitAdminFileRecord file)
    {
        if (Held.TryGetValue(file.Hash, out var content))
        {
            Keep(file, content);
        }
    }

    internal string Text(string? hash) => hash is not null && Read(hash) is { } content ? Encoding.UTF8.GetString(content) : string.Empty;

    private SharedGitAdminFileRecord Keep(SharedGitAdminFileRecord file, byte[] content)
    {
        // Not synced to disk, because the content is needed only while the agent runs, and no agent survives a power failure.
        var path = PathOf(file.Hash);
        if (new FileInfo(path) is var kept && (!kept.Exists || kept.Length != content.Length))
        {
            OrchestratorFolderCreator.Ensure(folder);
            var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        return file;
    }

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

/// <summary>A recorded file: the hash that identifies its content in the store, and its permissions in octal, or "link" for a symbolic
/// link.</summary>
internal sealed record SharedGitAdminFileRecord(string Hash, string Mode)
{
    internal const string Link = "link";

    public override string ToString() => $"{Hash} {Mode}";

    internal static SharedGitAdminFileRecord Parse(string text) =>
        text.Split(' ') is [var hash, var mode]
            ? new SharedGitAdminFileRecord(hash, mode)
            : new SharedGitAdminFileRecord(text, string.Empty);

    /// <summary>Writes a file or symbolic link with its recorded content and mode, and replaces an existing file.</summary>
    internal static void Write(string path, byte[] content, string mode)
    {
        OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(path)!);
        if (mode == Link || new FileInfo(path).LinkTarget is not null)
        {
            File.Delete(path);
        }
        if (mode == Link)
        {
            File.CreateSymbolicLink(path, Encoding.UTF8.GetString(content));
            return;
        }
        DurableFile.Write(path, content);
        if (!OperatingSystem.IsWindows() && mode.Length > 0)
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }
    }
}
