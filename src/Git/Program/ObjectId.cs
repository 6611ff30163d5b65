using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Git.Program;

/// <summary>Object ids: SHA-1 or SHA-256 in hexadecimal.</summary>
internal static class ObjectId
{
    /// <summary>The id of a missing object.</summary>
    internal static readonly string None = new('0', 40);

    /// <summary>True for a full id; any other name may mean another object later.</summary>
    internal static bool IsId([NotNullWhen(true)] string? name) => name is { Length: 40 or 64 } && name.All(char.IsAsciiHexDigitLower);
}
