using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Gates.Results;

/// <summary>Computes cache keys of gates. The type, description, time limit and exclusive name of a gate are not part of its key, because
/// they do not change the result.</summary>
public static class GateCacheKey
{
    /// <summary>
    /// Returns a hash of a gate's command, its <c>negate</c> option, and any additional texts. White space in the command does not change
    /// the hash.
    /// </summary>
    /// <param name="more">Further inputs that determine the result.</param>
    public static string Of(Gate gate, params IEnumerable<string> more) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [gate.Identity.Command, gate.Negate ? "negate" : "", .. more])))
        );

    /// <summary>Returns the changed files as part of a key. Empty if the command has no placeholder for changed files.</summary>
    public static string ChangedFiles(Gate gate, IReadOnlyList<string> changed) =>
        ChangedFileNames.AreAskedFor(gate) ? string.Join('\0', changed) : "";
}
