using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Quotes third-party text in a prompt, which the model is to judge rather than follow as instructions.</summary>
public static class QuotedText
{
    /// <summary>Truncates a text with an ellipsis if it exceeds the limit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Maximum number of characters to keep.</param>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>Joins a text into one line and truncates it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Maximum number of characters to keep.</param>
    public static string CutLine(string text, int longest) => Cut(text.ReplaceLineEndings(" ").Trim(), longest);

    /// <summary>Encloses a text between two markers, followed by a line end. The text can't contain the marker, which is a hash of the
    /// text.</summary>
    /// <param name="name">Kind of text in capitals, which is the first word of the markers.</param>
    /// <param name="text">The text.</param>
    public static string Mark(string name, string text)
    {
        var mark = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24]}";
        return $"<{mark}>\n{text.TrimEnd('\n')}\n</{mark}>\n";
    }
}
