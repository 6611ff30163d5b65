using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Plans.Readers;

/// <summary>
/// Decodes a plan file's bytes as UTF-8, or as UTF-16 with a byte order mark. Rejects any other content and returns the reason.
/// </summary>
public static class PlanFileBytesDecoder
{
    /// <summary>Maximum file size in bytes. A plan of 10,000 tasks takes about 5 MB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding[] Marked =
    [
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>Decodes the bytes of a plan file. Returns false if the bytes are not text.</summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Name of the file, for the fault.</param>
    /// <param name="text">Text without the byte order mark.</param>
    /// <param name="fault">Reason why the content is not text, or null on success.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        string file,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out PlanFault? fault
    )
    {
        text = null;
        fault = null;
        if (content.Length > MaxBytes)
        {
            fault = Fault(
                "file-too-large",
                file,
                0,
                0,
                $"The file is larger than {MaxBytes / 1e6:0.0} MB.",
                "Split the plan, or check that this is the right file."
            );
            return false;
        }
        var encoding = EncodingOf(content);
        content = content[encoding.Preamble.Length..];
        var isUtf8 = encoding is UTF8Encoding;
        var nul = isUtf8 ? content.IndexOf((byte)0) : -1;
        if (nul >= 0)
        {
            (var line, var column) = Place(content, nul);
            fault = Fault(
                "binary-file",
                file,
                line,
                column,
                "The file is binary or UTF-16 without a byte order mark: it contains a NUL byte.",
                "Save it as UTF-8 text."
            );
            return false;
        }
        try
        {
            text = encoding.GetString(content);
            return true;
        }
        catch (DecoderFallbackException e)
        {
            (var line, var column) = isUtf8 ? Place(content, Math.Max(0, e.Index)) : (0, 0);
            fault = Fault(
                "encoding",
                file,
                line,
                column,
                isUtf8 ? "The file is not valid UTF-8 from here on." : "The file begins like UTF-16, but is not valid UTF-16.",
                "Save it as UTF-8; other encodings such as Latin-1 are not supported."
            );
            return false;
        }
    }

    /// <summary>Encodes text in the encoding of an existing file, with a byte order mark if the file has one.</summary>
    /// <param name="text">New text of the file.</param>
    /// <param name="before">Current bytes of the file.</param>
    public static byte[] Encode(string text, ReadOnlySpan<byte> before)
    {
        var encoding = EncodingOf(before);
        return [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
    }

    private static Encoding EncodingOf(ReadOnlySpan<byte> content)
    {
        foreach (var encoding in Marked)
        {
            if (content.StartsWith(encoding.Preamble))
            {
                return encoding;
            }
        }
        return StrictUtf8;
    }

    private static (int Line, int Column) Place(ReadOnlySpan<byte> content, int offset)
    {
        var before = content[..offset];
        return (before.Count((byte)'\n') + 1, offset - before.LastIndexOf((byte)'\n'));
    }

    private static PlanFault Fault(string code, string file, int line, int column, string message, string cure) =>
        new(code, FaultSeverity.Error, file, line, column, "", message, cure);
}
