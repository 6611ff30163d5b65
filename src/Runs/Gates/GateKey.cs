using System.Security.Cryptography;

namespace Orchestrator.Runs.Gates;

/// <summary>Names for what is kept of a gate. Its type, description, limit and turns change nothing of what it asks.</summary>
internal static class GateKey
{
    /// <summary>A hash of what a gate asks: its command, and whether that must fail.</summary>
    /// <param name="more">On what else the answer hangs.</param>
    public static string Of(Gate gate, params IEnumerable<string> more) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [gate.Command, gate.Negate ? "negate" : "", .. more])))
        );

    /// <summary>The changed files as one part of a key: empty where the command has no place for their names.</summary>
    public static string ChangedFiles(Gate gate, IReadOnlyList<string> changed) =>
        ChangedFileNames.AreAskedFor(gate) ? string.Join('\0', changed) : "";
}
