using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// Small files that are looked at again and again, such as those of each worktree's administration before and after each agent: read anew only when the
/// system knows other facts of them. No program can set the time of a file's last change; only two changes within one tick of the kernel's clock could have the
/// same, so that a file is remembered when the last one is longer ago.
/// </summary>
internal static class FileMemory
{
    private const int LargestFile = 4096;
    private const int MostFiles = 5_000;
    private const uint KindOfFile = 0xF000;
    private const uint RegularFile = 0x8000;
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(100);
    private static readonly ConcurrentDictionary<string, RememberedFile> Known = new(StringComparer.Ordinal);

    /// <summary>Finds a file.</summary>
    /// <returns>False for what is no small file: it has to be looked at in another way. Else <paramref name="file"/> is null if there is nothing.</returns>
    internal static bool TryFind(string path, out RememberedFile? file)
    {
        file = null;
        if (FileFacts.TryRead(path, out var isMissing) is not { } facts)
        {
            Known.TryRemove(path, out _);
            return isMissing;
        }

        if ((facts.Mode & KindOfFile) != RegularFile || facts.Size > LargestFile)
        {
            return false;
        }

        if (Known.TryGetValue(path, out var known) && known.Facts == facts)
        {
            file = known;
            return true;
        }

        // The facts are older than the content: what changes in between has other facts the next time.
        var isSettled = IsSettled(facts.Changed);
        if (SmallFile.TryRead(path) is not { } content)
        {
            return true;
        }

        file = new RememberedFile(facts, content);
        if (isSettled && content.Length <= LargestFile)
        {
            if (Known.Count >= MostFiles)
            {
                Known.Clear();
            }

            Known[path] = file;
        }

        return true;
    }

    /// <summary>The text of a file, or null if there is none, as <see cref="DurableFile.TryRead"/> reads it.</summary>
    internal static string? TryReadText(string path) => TryFind(path, out var file) ? file?.Text : DurableFile.TryRead(path);

    /// <summary>A disk that keeps whole seconds can't tell two changes within one apart.</summary>
    private static bool IsSettled(FileTime changed)
    {
        var at = DateTime.UnixEpoch.AddSeconds(changed.Seconds).AddTicks(changed.Nanoseconds / 100);
        return changed.Nanoseconds != 0 && DateTime.UtcNow - at > Settled;
    }
}

/// <summary>A file as it was read.</summary>
/// <param name="facts">What the system knew of it before.</param>
/// <param name="content">What was in it.</param>
internal sealed class RememberedFile(IndexEntry facts, byte[] content)
{
    private const uint Permissions = 0xFFF;
    private string? _text;
    private GuardedFile? _guarded;

    internal IndexEntry Facts => facts;

    internal byte[] Content => content;

    internal string Text => _text ??= Encoding.UTF8.GetString(content);

    /// <summary>As a record of the guard names it.</summary>
    internal GuardedFile Guarded => _guarded ??= new GuardedFile(
        Convert.ToHexStringLower(SHA256.HashData(content)), Convert.ToString((int)(facts.Mode & Permissions), 8));
}
