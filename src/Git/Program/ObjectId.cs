using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Git.Program;

/// <summary>Object ids, which are SHA-1 or SHA-256 in hexadecimal.</summary>
internal static class ObjectId
{
    /// <summary>All-zero id, which git uses for a missing object.</summary>
    internal static readonly string None = new('0', 40);

    /// <summary>True for a full id. Any other name may later refer to another object.</summary>
    internal static bool IsId([NotNullWhen(true)] string? name) => name is { Length: 40 or 64 } && name.All(char.IsAsciiHexDigitLower);
}
