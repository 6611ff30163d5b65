using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Gates.Results;

/// <summary>Computes cache keys of gates. Type, description, time limit and exclusive name are not part of a key because they do not
/// change the result.</summary>
public static class GateKey
{
    /// <summary>Returns a hash of a gate's command, independent of its spelling, that also covers its <c>negate</c> option.</summary>
    /// <param name="more">Further inputs that determine the result.</param>
    public static string Of(Gate gate, params IEnumerable<string> more) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [gate.Identity.Command, gate.Negate ? "negate" : "", .. more])))
        );

    /// <summary>Returns the changed files as part of a key; empty if the command has no placeholder for them.</summary>
    public static string ChangedFiles(Gate gate, IReadOnlyList<string> changed) =>
        ChangedFileNames.AreAskedFor(gate) ? string.Join('\0', changed) : "";
}
