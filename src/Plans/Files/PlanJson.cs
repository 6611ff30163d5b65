using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>The canonical JSON of a plan: the same plan gives the same bytes on every machine, so that their hash identifies it.</summary>
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

    /// <summary>The plan as compact UTF-8 JSON. <see cref="Read"/> is the inverse.</summary>
    public static byte[] Write(Plan plan) => JsonSerializer.SerializeToUtf8Bytes(Canonical(plan), Compact.Plan);

    /// <summary>The plan as data, to be sent within something else.</summary>
    public static JsonElement ToData(Plan plan) => JsonSerializer.SerializeToElement(Canonical(plan), Compact.Plan);

    /// <summary>The plan for people: indented, every member with its value, itself a valid plan file.</summary>
    public static string WriteIndented(Plan plan) => JsonSerializer.Serialize(Canonical(plan), Full.Plan);

    /// <summary>Reads what <see cref="Write"/> wrote. Plans that people wrote need the readers, which explain faults.</summary>
    /// <exception cref="JsonException">The bytes are no plan written by us.</exception>
    public static Plan Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.Plan)
        ?? throw new JsonException("The stored plan is JSON null; it was not written by PlanJson.");

    /// <summary>The plan's content hash: 64 lower-case hexadecimal digits of the SHA-256 of <see cref="Write"/>.</summary>
    public static string Hash(Plan plan) => HashOf(Write(plan));

    /// <summary>The content hash of bytes from <see cref="Write"/>.</summary>
    public static string HashOf(ReadOnlySpan<byte> utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));

    /// <inheritdoc cref="HashOf(ReadOnlySpan{byte})"/>
    public static string HashOf(Stream utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));

    // A dictionary has no order of its own; sorted, equal plans give equal bytes.
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
