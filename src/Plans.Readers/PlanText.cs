using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Plans.Readers;

/// <summary>Decodes the bytes of a plan file: UTF-8, or UTF-16 with a byte order mark; anything else is refused with its reason.</summary>
public static class PlanText
{
    /// <summary>Largest file that is read, in bytes. A plan of 10,000 tasks has about 5 MB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a file's bytes.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its name, for the fault.</param>
    /// <param name="text">The text, without byte order mark.</param>
    /// <param name="fault">Why it is no text.</param>
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
                "Split the plan, or check that this is the file you meant."
            );
            return false;
        }
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            text = Encoding.Unicode.GetString(content[2..]);
        }
        else if (content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            text = Encoding.BigEndianUnicode.GetString(content[2..]);
        }
        else
        {
            return TryDecodeUtf8(
                content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? content[3..] : content,
                file,
                out text,
                out fault
            );
        }
        return true;
    }

    private static bool TryDecodeUtf8(
        ReadOnlySpan<byte> content,
        string file,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out PlanFault? fault
    )
    {
        text = null;
        fault = null;
        var nul = content.IndexOf((byte)0);
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
            text = StrictUtf8.GetString(content);
            return true;
        }
        catch (DecoderFallbackException e)
        {
            (var line, var column) = Place(content, Math.Max(0, e.Index));
            fault = Fault(
                "encoding",
                file,
                line,
                column,
                "The file is not UTF-8 from here on.",
                "Save it as UTF-8; other encodings such as Latin-1 are not read."
            );
            return false;
        }
    }

    private static (int Line, int Column) Place(ReadOnlySpan<byte> content, int offset)
    {
        var before = content[..offset];
        return (before.Count((byte)'\n') + 1, offset - before.LastIndexOf((byte)'\n'));
    }

    private static PlanFault Fault(string code, string file, int line, int column, string message, string cure) =>
        new(code, FaultSeverity.Error, file, line, column, "", message, cure);
}
