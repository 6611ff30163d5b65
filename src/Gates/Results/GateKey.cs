using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Gates.Results;

/// <summary>Cache keys of gates. Type, description, time limit and turns are not part of a key: they do not change the result.</summary>
public static class GateKey
{
    /// <summary>A hash of a gate's command, however it is spelled, and of whether it must fail.</summary>
    /// <param name="more">On what else the answer hangs.</param>
    public static string Of(Gate gate, params IEnumerable<string> more) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [gate.Identity.Command, gate.Negate ? "negate" : "", .. more])))
        );

    /// <summary>The changed files as part of a key: empty where the command has no placeholder for them.</summary>
    public static string ChangedFiles(Gate gate, IReadOnlyList<string> changed) =>
        ChangedFileNames.AreAskedFor(gate) ? string.Join('\0', changed) : "";
}
