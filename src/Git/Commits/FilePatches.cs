namespace Orchestrator.Git.Commits;

/// <summary>The part of a patch that is about one file.</summary>
/// <param name="Bytes">From its header to the next.</param>
internal sealed record FilePatch(ReadOnlyMemory<byte> Bytes)
{
    private const string IndexLine = "\nindex ";

    /// <summary>True for content with a NUL: what git itself takes for binary where no attribute says otherwise.</summary>
    public bool IsBinary { get; } = Bytes.Span.Contains((byte)0);

    /// <summary>All of it.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The part of a patch before the content: names, modes and ids.</summary>
    public string Header
    {
        get
        {
            var end = Bytes.Span.IndexOf("\n--- "u8);
            return Encoding.UTF8.GetString(end < 0 ? Bytes.Span : Bytes.Span[..end]);
        }
    }

    /// <summary>The ids of the content before and after.</summary>
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

/// <summary>Divides a patch.</summary>
internal static class FilePatches
{
    /// <summary>The files of a patch. Lines of content begin with a blank, a plus or a minus: only a header begins with this.</summary>
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
