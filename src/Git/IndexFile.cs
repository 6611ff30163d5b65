using System.Buffers.Binary;
using System.Text;
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
    private const int ModeOffset = 24;
    private const int FlagsOffset = 60;
    private const int FixedLength = 62;
    private const ushort AssumeUnchanged = 0x8000;
    private const ushort Extended = 0x4000;
    private const ushort SkipWorktree = 0x4000;
    private const int LongestStoredName = 0xFFF;
    private const uint Submodule = 0xE000;

    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _submodules = new(StringComparer.Ordinal);

    private IndexFile()
    {
    }

    /// <summary>True if git was told not to look at a file: "assume unchanged" and "skip worktree" would let a changed one survive a checkout.</summary>
    internal bool HidesFiles { get; private set; }

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

        return HasOnlyOptionalExtensions(bytes, position) ? index : null;
    }

    /// <summary>True for a file that the index names.</summary>
    /// <param name="path">Relative to the worktree, with slashes.</param>
    internal bool HasFile(string path) => _files.Contains(path);

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

        var path = Encoding.UTF8.GetString(bytes, name, length);
        (Number(bytes, position + ModeOffset) == Submodule ? _submodules : _files).Add(path);
        for (var end = path.LastIndexOf('/'); end > 0 && _folders.Add(path[..end]); end = path.LastIndexOf('/', end - 1))
        {
        }

        // Entries are padded with 1 to 8 NULs to a multiple of 8 bytes.
        return position + ((name + length - position) / 8 * 8) + 8;
    }

    /// <summary>Extensions whose name begins in lower case change what the entries mean.</summary>
    private static bool HasOnlyOptionalExtensions(byte[] bytes, int position)
    {
        const int Head = 8;
        while (position + Head <= bytes.Length - IdLength)
        {
            if (!char.IsAsciiLetterUpper((char)bytes[position]))
            {
                return false;
            }

            var length = Number(bytes, position + 4);
            if (length > bytes.Length)
            {
                return false;
            }

            position += Head + (int)length;
        }

        return position == bytes.Length - IdLength;
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
