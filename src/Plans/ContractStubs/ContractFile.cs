using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Facts about a contract from its file alone.</summary>
internal static class ContractFile
{
    private static readonly string[] Headings = ["Contract: ", "// Contract: "];

    private static readonly string[] Versions = ["\nVersion: ", "\n// Version: "];

    /// <summary>The version of a contract by its file: the one in the heading of an unedited stub, else the content's hash. Line ends do
    /// not count.</summary>
    public static string VersionOf(string content) =>
        StubVersion(content.ReplaceLineEndings("\n")) ?? HashOf(content.ReplaceLineEndings("\n"));

    /// <summary>True for an unedited stub of this contract, of whatever version: its heading names the contract, and its version matches
    /// the content.</summary>
    public static bool IsUneditedStub(string content, string contract)
    {
        var text = content.ReplaceLineEndings("\n");
        return Headings.Any(heading => text.Split('\n', 3).Contains(heading + contract, StringComparer.Ordinal))
            && StubVersion(text) is not null;
    }

    /// <summary>Seven hexadecimal digits of a content's SHA-256.</summary>
    internal static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..7];

    private static string? StubVersion(string text)
    {
        foreach (var mark in Versions)
        {
            var found = text.IndexOf(mark, StringComparison.Ordinal);
            var start = found + mark.Length;
            var end = found < 0 ? -1 : text.IndexOf('\n', start);
            if (end == start + 7 && HashOf(text.Remove(start, 7)) == text[start..end])
            {
                return text[start..end];
            }
        }
        return null;
    }
}
