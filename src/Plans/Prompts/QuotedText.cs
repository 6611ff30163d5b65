using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Text of others in a prompt: to be judged, and no instruction.</summary>
public static class QuotedText
{
    /// <summary>The beginning of the text, with a mark that it goes on; the whole where it is not longer.</summary>
    /// <param name="longest">Characters that are kept.</param>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>The text between two marks, with a line end behind. A text can't hold a mark that is made of what it holds.</summary>
    /// <param name="name">What it is, in capitals: the first word of the marks.</param>
    public static string Mark(string name, string text)
    {
        var mark = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24]}";
        return $"<{mark}>\n{text.TrimEnd('\n')}\n</{mark}>\n";
    }
}
