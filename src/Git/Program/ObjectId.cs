using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Git.Program;

/// <summary>Names of objects: SHA-1 or SHA-256 in hexadecimal.</summary>
internal static class ObjectId
{
    /// <summary>What git writes where there is no object.</summary>
    internal static readonly string None = new('0', 40);

    /// <summary>True for a full id; everything else can mean another object tomorrow.</summary>
    internal static bool IsId([NotNullWhen(true)] string? name) => name is { Length: 40 or 64 } && name.All(char.IsAsciiHexDigitLower);
}
