using System.Buffers.Binary;

namespace Orchestrator.Git;

/// <summary>
/// Looks into an index file (gitformat-index(5)) for entries that git was told not to look at: "assume unchanged" and "skip worktree" would let a changed
/// file survive a checkout.
/// </summary>
internal static class IndexFlags
{
    private const int FixedLength = 62;
    private const int FlagsOffset = 60;
    private const ushort AssumeUnchanged = 0x8000;
    private const ushort Extended = 0x4000;
    private const ushort SkipWorktree = 0x4000;
    private const int LongestStoredName = 0xFFF;

    /// <summary>True if an entry is hidden, or the file is of a form that is not understood.</summary>
    internal static bool MayHideFiles(string indexFile)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(indexFile);
        }
        catch (FileNotFoundException)
        {
            return true;
        }

        if (bytes.Length < 12 || !bytes.AsSpan(0, 4).SequenceEqual("DIRC"u8) || Number(bytes, 4) is not (2 or 3))
        {
            return true;
        }

        var position = 12;
        for (var left = Number(bytes, 8); left > 0; left--)
        {
            if (position + FixedLength > bytes.Length)
            {
                return true;
            }

            var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(position + FlagsOffset));
            var name = position + FixedLength;
            if ((flags & Extended) != 0)
            {
                if ((BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(name)) & SkipWorktree) != 0)
                {
                    return true;
                }

                name += 2;
            }

            if ((flags & AssumeUnchanged) != 0)
            {
                return true;
            }

            var length = flags & 0xFFF;
            if (length == LongestStoredName)
            {
                length = bytes.AsSpan(name).IndexOf((byte)0);
            }

            // Entries are padded with 1 to 8 NULs to a multiple of 8 bytes.
            var entry = name + length - position;
            position += (entry / 8 * 8) + 8;
        }

        return false;
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
