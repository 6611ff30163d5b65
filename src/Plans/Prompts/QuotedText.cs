using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Foreign text in a prompt: to be judged, not followed as instructions.</summary>
public static class QuotedText
{
    /// <summary>The text, cut with a mark if it is longer than the limit.</summary>
    /// <param name="longest">Characters that are kept.</param>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>The text in one line, cut likewise.</summary>
    /// <param name="longest">Characters that are kept.</param>
    public static string CutLine(string text, int longest) => Cut(text.ReplaceLineEndings(" ").Trim(), longest);

    /// <summary>The text between two marks, with a line end behind. The text can't contain the mark, which is a hash of the text.</summary>
    /// <param name="name">Its kind, in capitals: the first word of the marks.</param>
    public static string Mark(string name, string text)
    {
        var mark = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24]}";
        return $"<{mark}>\n{text.TrimEnd('\n')}\n</{mark}>\n";
    }
}
