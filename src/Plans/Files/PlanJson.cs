using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>
/// Reads and writes the canonical JSON of a plan. The same plan gives the same bytes on every host, so a hash of the bytes identifies the
/// plan.
/// </summary>
public static class PlanJson
{
    private static readonly PlanJsonContext Compact = new(
        new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        }
    );

    private static readonly PlanJsonContext Full = new(
        new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = true,
            NewLine = "\n",
        }
    );

    /// <summary>Writes the plan as compact UTF-8 JSON, which <see cref="Read"/> reads.</summary>
    public static byte[] Write(Plan plan) => JsonSerializer.SerializeToUtf8Bytes(Canonical(plan), Compact.Plan);

    /// <summary>Converts the plan to a JSON element that can be embedded in another document.</summary>
    public static JsonElement ToData(Plan plan) => JsonSerializer.SerializeToElement(Canonical(plan), Compact.Plan);

    /// <summary>Writes the plan as indented JSON with every member. The result is itself a valid plan file.</summary>
    public static string WriteIndented(Plan plan) => JsonSerializer.Serialize(Canonical(plan), Full.Plan);

    /// <summary>
    /// Reads the output of <see cref="Write"/>. For hand-written plans, use the plan readers, which report errors with explanations.
    /// </summary>
    /// <exception cref="JsonException">The bytes are not a plan written by <see cref="Write"/>.</exception>
    public static Plan Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.Plan)
        ?? throw new JsonException("The stored plan is JSON null; it was not written by PlanJson.");

    /// <summary>Returns the plan's content hash: the SHA-256 of <see cref="Write"/> as 64 lower-case hexadecimal digits.</summary>
    public static string Hash(Plan plan) => HashOf(Write(plan));

    /// <summary>Returns the content hash of bytes from <see cref="Write"/>.</summary>
    public static string HashOf(ReadOnlySpan<byte> utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));

    /// <inheritdoc cref="HashOf(ReadOnlySpan{byte})"/>
    public static string HashOf(Stream utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));

    // Dictionaries are unordered, so they are sorted to make equal plans give equal bytes.
    private static Plan Canonical(Plan plan) =>
        plan.Context.Count == 0
            ? plan
            : plan with
            {
                Context = new SortedDictionary<string, string>(plan.Context.ToDictionary(), StringComparer.Ordinal),
            };
}

[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PlanTask))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
