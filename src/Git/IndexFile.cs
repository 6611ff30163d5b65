using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// What an index file says (gitformat-index(5)), for questions that are not worth a git process. Only the plain form is understood: versions 2 and 3, ids of
/// SHA-1, neither split nor sparse.
/// </summary>
internal sealed class IndexFile
{
    private const int HeaderLength = 12;
    private const int IdLength = 20;
    private const int InodeOffset = 20;
    private const int ModeOffset = 24;
    private const int SizeOffset = 36;
    private const int FlagsOffset = 60;
    private const int FixedLength = 62;
    private const ushort AssumeUnchanged = 0x8000;
    private const ushort Extended = 0x4000;
    private const ushort SkipWorktree = 0x4000;
    private const ushort StageMask = 0x3000;
    private const int LongestStoredName = 0xFFF;
    private const uint Submodule = 0xE000;

    private readonly Dictionary<string, IndexEntry> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _submodules = new(StringComparer.Ordinal);

    private IndexFile()
    {
    }

    /// <summary>True if git was told not to look at a file: "assume unchanged" and "skip worktree" would let a changed one survive a checkout.</summary>
    internal bool HidesFiles { get; private set; }

    /// <summary>True if files are in conflict.</summary>
    internal bool HasConflicts { get; private set; }

    /// <summary>True if it names folders that are other repositories.</summary>
    internal bool HasSubmodules => _submodules.Count > 0;

    /// <summary>The id of the tree that all of it makes, if git has noted that and nothing was put in or taken out since.</summary>
    internal string? Tree { get; private set; }

    /// <summary>The files by path.</summary>
    internal IReadOnlyDictionary<string, IndexEntry> Files => _files;

    /// <summary>Reads an index; null if there is none, or of a form that is not understood.</summary>
    internal static IndexFile? TryRead(string path)
    {
        if (SmallFile.TryRead(path) is not { } bytes
            || bytes.Length < HeaderLength + IdLength
            || !bytes.AsSpan(0, 4).SequenceEqual("DIRC"u8)
            || Number(bytes, 4) is not (2 or 3))
        {
            return null;
        }

        var index = new IndexFile();
        var position = HeaderLength;
        for (var left = Number(bytes, 8); left > 0; left--)
        {
            if (index.TakeEntry(bytes, position) is not { } next)
            {
                return null;
            }

            position = next;
        }

        return index.TakeExtensions(bytes, position) ? index : null;
    }

    /// <summary>True for a file that the index names.</summary>
    /// <param name="path">Relative to the worktree, with slashes.</param>
    internal bool HasFile(string path) => _files.ContainsKey(path);

    /// <summary>True for a folder with files that the index names.</summary>
    internal bool HasFolder(string path) => _folders.Contains(path);

    /// <summary>True for the folder of another repository that the index names.</summary>
    internal bool HasSubmodule(string path) => _submodules.Contains(path);

    /// <summary>Takes up one entry.</summary>
    /// <returns>Where the next one begins; null if this one goes beyond the file.</returns>
    private int? TakeEntry(byte[] bytes, int position)
    {
        if (position + FixedLength > bytes.Length)
        {
            return null;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(position + FlagsOffset));
        var name = position + FixedLength;
        if ((flags & Extended) != 0)
        {
            HidesFiles |= (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(name)) & SkipWorktree) != 0;
            name += 2;
        }

        HidesFiles |= (flags & AssumeUnchanged) != 0;
        var length = flags & 0xFFF;
        if (length == LongestStoredName)
        {
            length = bytes.AsSpan(name).IndexOf((byte)0);
        }

        if (length <= 0 || name + length > bytes.Length)
        {
            return null;
        }

        var path = FileNames.Decode(bytes.AsSpan(name, length));
        if (Number(bytes, position + ModeOffset) == Submodule)
        {
            _submodules.Add(path);
        }
        else
        {
            HasConflicts |= (flags & StageMask) != 0;
            _files[path] = new IndexEntry(
                Time(bytes, position), Time(bytes, position + 8), Number(bytes, position + InodeOffset), Number(bytes, position + SizeOffset), Number(bytes, position + ModeOffset));
        }

        for (var end = path.LastIndexOf('/'); end > 0 && _folders.Add(path[..end]); end = path.LastIndexOf('/', end - 1))
        {
        }

        // Entries are padded with 1 to 8 NULs to a multiple of 8 bytes.
        return position + ((name + length - position) / 8 * 8) + 8;
    }

    /// <summary>Takes up what stands behind the entries.</summary>
    /// <returns>False if there is something that changes what the entries mean: its name begins in lower case.</returns>
    private bool TakeExtensions(byte[] bytes, int position)
    {
        const int Head = 8;
        while (position + Head <= bytes.Length - IdLength)
        {
            var length = Number(bytes, position + 4);
            if (!char.IsAsciiLetterUpper((char)bytes[position]) || length > bytes.Length - position - Head)
            {
                return false;
            }

            if (bytes.AsSpan(position, 4).SequenceEqual("TREE"u8))
            {
                Tree = TreeIn(bytes.AsSpan(position + Head, (int)length));
            }

            position += Head + (int)length;
        }

        return position == bytes.Length - IdLength;
    }

    /// <summary>The first of the cached trees is the root: an empty name, NUL, the number of entries (below 0: not valid), blank, subtrees, newline, id.</summary>
    private static string? TreeIn(ReadOnlySpan<byte> trees)
    {
        var end = trees.IndexOf((byte)'\n');
        return end > 1 && trees[0] == 0 && trees[1] != (byte)'-' && trees.Length >= end + 1 + IdLength ? Convert.ToHexStringLower(trees.Slice(end + 1, IdLength)) : null;
    }

    private static FileTime Time(byte[] bytes, int at) => new(Number(bytes, at), Number(bytes, at + 4));

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}

/// <summary>What git noted of a file when it last looked at its content; numbers are cut to 32 bits.</summary>
internal sealed record IndexEntry(FileTime Changed, FileTime Modified, uint Inode, uint Size, uint Mode);

/// <summary>Seconds since 1970 and nanoseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileTime(uint Seconds, uint Nanoseconds)
{
    internal bool IsBefore(FileTime other) => (Seconds, Nanoseconds).CompareTo((other.Seconds, other.Nanoseconds)) < 0;
}
