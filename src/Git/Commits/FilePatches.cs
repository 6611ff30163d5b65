namespace Orchestrator.Git.Commits;

/// <summary>The part of a patch that concerns one file.</summary>
/// <param name="Bytes">Bytes from the file's header to the next header.</param>
internal sealed record FilePatch(ReadOnlyMemory<byte> Bytes)
{
    private const string IndexLine = "\nindex ";

    /// <summary>
    /// True if the file's part of the patch contains a NUL byte. Git uses a similar test to detect binary files if no attribute declares
    /// whether a file is binary.
    /// </summary>
    public bool IsBinary { get; } = Bytes.Span.Contains((byte)0);

    /// <summary>The file's part of the patch decoded as UTF-8, including its header.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Header lines of the file's part of the patch, which state file names, modes and blob ids.</summary>
    public string Header
    {
        get
        {
            var end = Bytes.Span.IndexOf("\n--- "u8);
            return Encoding.UTF8.GetString(end < 0 ? Bytes.Span : Bytes.Span[..end]);
        }
    }

    /// <summary>Blob ids of the file before and after the change. Both are all zeros if only the file's mode changed.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            var header = Header;
            var start = header.IndexOf(IndexLine, StringComparison.Ordinal);
            return start < 0
                ? [ObjectId.None, ObjectId.None]
                : header[(start + IndexLine.Length)..].Split(['\n', ' '], 2)[0].Split("..", 2);
        }
    }
}

/// <summary>Splits a patch by file.</summary>
internal static class FilePatches
{
    /// <summary>
    /// Splits a patch into one part per file. A part starts at a <c>diff --git</c> line, which can't be file content, because content lines
    /// start with a space, a plus or a minus.
    /// </summary>
    public static IReadOnlyList<FilePatch> Divide(ReadOnlyMemory<byte> patch)
    {
        var files = new List<FilePatch>();
        while (patch.Length > 0)
        {
            var next = patch.Span.IndexOf("\ndiff --git "u8);
            files.Add(new FilePatch(next < 0 ? patch : patch[..(next + 1)]));
            patch = next < 0 ? default : patch[(next + 1)..];
        }
        return files;
    }
}
