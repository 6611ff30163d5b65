using System.Globalization;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Git;

/// <summary>
/// A commit written as git writes it (gitformat-loose-object, git-commit-tree(1)): zlib over kind, length and text, in a file named by the SHA-1 of them, synced
/// before it has that name. Two of three commits of a run join what git has made; for those lines a process costs more than all else.
/// </summary>
internal static class CommitObject
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes a commit.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="tree">The id of its tree.</param>
    /// <param name="parents">The ids of its parents.</param>
    /// <param name="message">The message, with its last line ended.</param>
    /// <param name="date">When, as git writes dates: seconds since 1970, and the zone.</param>
    /// <returns>Its id; null, with nothing written, if git has to do it.</returns>
    internal static string? TryWrite(GitRepository repository, string tree, IReadOnlyCollection<string> parents, string message, string date)
    {
        if (!repository.TakesOurObjectsAndRefs
            || !parents.Append(tree).All(id => id.Length == 40 && ObjectMemory.IsId(id))
            || message.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var text = new StringBuilder($"tree {tree}\n");
        foreach (var parent in parents.Distinct(StringComparer.Ordinal))
        {
            text.Append("parent ").Append(parent).Append('\n');
        }

        var who = repository.Identity.At(date);
        text.Append("author ").Append(who).Append("\ncommitter ").Append(who).Append("\n\n").Append(message);
        return Write(Path.Combine(repository.CommonDirectory, "objects"), Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Now, in the local zone.</summary>
    internal static string Now()
    {
        var now = DateTimeOffset.Now;
        return string.Create(
            CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds()} {(now.Offset < TimeSpan.Zero ? '-' : '+')}{now.Offset:hhmm}");
    }

    [UnsupportedOSPlatform("windows")]
    private static string Write(string objects, byte[] text)
    {
        byte[] whole = [.. Encoding.ASCII.GetBytes($"commit {text.Length.ToString(CultureInfo.InvariantCulture)}\0"), .. text];
#pragma warning disable CA5350 // Git names objects by it; nothing is kept safe by it here.
        var id = Convert.ToHexStringLower(SHA1.HashData(whole));
#pragma warning restore CA5350
        var folder = Path.Combine(objects, id[..2]);
        var path = Path.Combine(folder, id[2..]);
        if (File.Exists(path))
        {
            return id;
        }

        Directory.CreateDirectory(folder);

        // "tmp_obj_" is what git's own cleaning takes for a leftover.
        var aside = Path.Combine(folder, $"tmp_obj_{Guid.NewGuid():N}");
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ReadOnly }))
        {
            using (var compressed = new ZLibStream(file, CompressionLevel.Fastest, leaveOpen: true))
            {
                compressed.Write(whole);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
        return id;
    }
}
