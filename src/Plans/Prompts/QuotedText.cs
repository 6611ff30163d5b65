using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Quotes untrusted text in a prompt. The model should evaluate the text instead of following it as instructions.</summary>
public static class QuotedText
{
    /// <summary>Truncates text to a maximum length, and appends an ellipsis if characters were removed.</summary>
    /// <param name="text">Text to truncate.</param>
    /// <param name="longest">Maximum number of characters to keep.</param>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>Joins the lines of a text into one line and truncates the result.</summary>
    /// <param name="text">Text to truncate.</param>
    /// <param name="longest">Maximum number of characters to keep.</param>
    public static string CutLine(string text, int longest) => Cut(text.ReplaceLineEndings(" ").Trim(), longest);

    /// <summary>
    /// Encloses text between two marker lines. Each marker contains a hash of the text, so the text can't contain a marker itself.
    /// </summary>
    /// <param name="name">Kind of text in capital letters, used as the first word of the markers.</param>
    /// <param name="text">Text to enclose.</param>
    public static string Mark(string name, string text)
    {
        var mark = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24]}";
        return $"<{mark}>\n{text.TrimEnd('\n')}\n</{mark}>\n";
    }
}
