using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Gates.Results;

/// <summary>
/// Computes cache keys for gate results. The type, description, time limit and <c>exclusive</c> name of a gate are not part of the key,
/// because they do not change the result.
/// </summary>
public static class GateCacheKey
{
    /// <summary>
    /// Returns a hash of a gate's command, its <c>negate</c> option and any further inputs. Equivalent spellings of the command, such as
    /// <c>npm test</c> and <c>npm run test</c>, have the same hash.
    /// </summary>
    /// <param name="more">Further inputs that determine the result.</param>
    public static string Of(Gate gate, params IEnumerable<string> more) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [gate.Identity.Command, gate.Negate ? "negate" : "", .. more])))
        );

    /// <summary>
    /// Joins the names of the changed files for use in a cache key. Empty if the gate's command has no placeholder for changed files.
    /// </summary>
    public static string ChangedFiles(Gate gate, IReadOnlyList<string> changed) =>
        ChangedFileNames.AreAskedFor(gate) ? string.Join('\0', changed) : "";
}
