using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Agents;

/// <summary>
/// What an agent says about its own work, by <c>orchestrate done</c> or <c>orchestrate blocked</c>: a claim, to be compared with facts.
/// </summary>
/// <remarks>
/// It lies as <c>claim.json</c> in the start's folder, so that it needs no running orchestrator; a later claim of the same start replaces
/// it.
/// </remarks>
public sealed record AgentClaim
{
    /// <summary>Name of the file in the start's folder.</summary>
    public const string FileName = "claim.json";

    /// <summary>Version of the file's shape.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; } = 1;

    /// <summary><c>completed</c>, <c>blocked</c> or <c>failed</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>The task or phase the agent named; it is checked by the command against the start's own.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>Why, in the agent's words; empty where it gave none.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init; } = "";

    /// <summary>Packages the agent needs, such as <c>pandas>=2.0</c>.</summary>
    [JsonPropertyName("needs")]
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Files of others that it would have to write.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The smaller tasks it proposes in place of its own, which is too big.</summary>
    [JsonPropertyName("split")]
    public IReadOnlyList<string> Split { get; init; } = [];

    /// <summary>A file the agent wrote about its work, relative to its worktree; null for none.</summary>
    [JsonPropertyName("report")]
    public string? Report { get; init; }

    /// <summary>What it says that it measured, in the order it was said.</summary>
    [JsonPropertyName("measured")]
    public IReadOnlyList<ClaimedMeasurement> Measured
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The tool call it was said by: the same call said again changes nothing. Null where it was a command.</summary>
    [JsonPropertyName("call")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Call { get; init; }

    /// <summary>When it was said, UTC.</summary>
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; init; }

    /// <summary>Writes the claim aside and renames it, so that nobody reads half of one.</summary>
    /// <param name="folder">The start's folder (<c>ORCHESTRATOR_START</c>).</param>
    public void Write(string folder)
    {
        var aside = Path.Combine(folder, $"{FileName}.{Guid.NewGuid():N}");
        File.WriteAllText(aside, JsonSerializer.Serialize(this, AgentClaimJson.Default.AgentClaim) + "\n");
        File.Move(aside, Path.Combine(folder, FileName), overwrite: true);
    }

    /// <summary>The start's claim, or null where the agent made none.</summary>
    /// <exception cref="JsonException">The file was not written by <see cref="Write"/>.</exception>
    public static AgentClaim? TryRead(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file)
            ? JsonSerializer.Deserialize(File.ReadAllText(file), AgentClaimJson.Default.AgentClaim)
                ?? throw new JsonException($"{file} holds JSON null.")
            : null;
    }
}

/// <summary>A figure as an agent says that it measured it.</summary>
/// <param name="Name">The measurement's name in the plan.</param>
/// <param name="Number">The number.</param>
public sealed record ClaimedMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("number")] decimal Number
);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(AgentClaim))]
internal sealed partial class AgentClaimJson : JsonSerializerContext;
