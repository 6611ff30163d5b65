using System.Text.Json.Serialization;

namespace Orchestrator.Agents;

/// <summary>What one start may do. Kept as the <c>policy</c> file of the start's folder, outside the worktree, and read by the ownership
/// hook, which runs without any orchestrator.</summary>
public sealed record HookPolicy
{
    /// <summary>The task's id, for messages.</summary>
    public required string Task { get; init; }

    /// <summary>Absolute path of the worktree: nothing outside it may be written.</summary>
    public required string Root { get; init; }

    /// <summary>Patterns of what may be written, relative to the root, as the plan has them; null for everything in the root.</summary>
    public IReadOnlyList<string>? Write { get; init; }

    /// <summary>Patterns of files that may also be written because the task appends to them.</summary>
    public IReadOnlyList<string> Append { get; set; } = [];

    /// <summary>Files, relative to the root, that may not be written whatever <see cref="Write"/> says: they hold what tasks have agreed on
    /// (contracts).</summary>
    public IReadOnlyList<string> ReadOnly { get; set; } = [];

    /// <summary>Rules of what is allowed beside reading, writing owned files and Bash (<c>permissions.allow</c>): a tool (<c>WebFetch</c>),
    /// an MCP server (<c>mcp__tracker</c>), or some calls of a tool (<c>WebFetch(domain:example.org)</c>), which the agent program itself
    /// judges.</summary>
    public IReadOnlyList<string> AllowedTools { get; set; } = [];

    /// <summary>False to refuse every shell command.</summary>
    public bool AllowCommands { get; set; } = true;

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, HookPolicyJson.Default.HookPolicy);

    /// <summary>Reads a policy's text.</summary>
    /// <exception cref="JsonException">The text is no policy.</exception>
    public static HookPolicy Parse(string json) =>
        JsonSerializer.Deserialize(json, HookPolicyJson.Default.HookPolicy) ?? throw new JsonException("The policy is empty.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HookPolicy))]
internal sealed partial class HookPolicyJson : JsonSerializerContext;
