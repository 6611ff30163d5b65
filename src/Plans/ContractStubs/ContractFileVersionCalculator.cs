using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Inspects the contents of contract files, in which the interfaces shared by several tasks are declared.</summary>
internal static class ContractFileVersionCalculator
{
    private static readonly string[] Headings = ["Contract: ", "// Contract: "];

    private static readonly string[] Versions = ["\nVersion: ", "\n// Version: "];

    /// <summary>
    /// Returns the contract version of a file: the version in the header of an unedited stub, or otherwise the hash of the file's contents.
    /// Line endings are ignored.
    /// </summary>
    public static string VersionOf(string content) =>
        StubVersion(content.ReplaceLineEndings("\n")) ?? HashOf(content.ReplaceLineEndings("\n"));

    /// <summary>
    /// True if the file is an unedited stub of this contract, in any version. The header must name the contract, and the version in the
    /// header must match the file's contents.
    /// </summary>
    public static bool IsUneditedStub(string content, string contract)
    {
        var text = content.ReplaceLineEndings("\n");
        return Headings.Any(heading => text.Split('\n', 3).Contains(heading + contract, StringComparer.Ordinal))
            && StubVersion(text) is not null;
    }

    /// <summary>First seven hexadecimal digits of the content's SHA-256 hash.</summary>
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
