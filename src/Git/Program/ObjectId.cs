using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Git.Program;

/// <summary>Recognizes object ids, which are SHA-1 or SHA-256 hashes in hexadecimal.</summary>
internal static class ObjectId
{
    /// <summary>All-zero id, which git prints in place of a missing object.</summary>
    internal static readonly string None = new('0', 40);

    /// <summary>True for a full object id. Abbreviated ids and refs return false, because they may later refer to another object.</summary>
    internal static bool IsId([NotNullWhen(true)] string? name) => name is { Length: 40 or 64 } && name.All(char.IsAsciiHexDigitLower);
}
