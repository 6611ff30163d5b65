using System.Text.Json.Serialization;

namespace Orchestrator.Agents;

/// <summary>Permissions of one agent run. Stored as the <c>policy</c> file of its folder, outside the worktree, and read by the ownership
/// hook, which needs no orchestrator.</summary>
public sealed record HookPolicy
{
    /// <summary>The task's id, for messages.</summary>
    public required string Task { get; init; }

    /// <summary>Absolute path of the worktree: nothing outside it may be written.</summary>
    public required string Root { get; init; }

    /// <summary>Patterns of writable files, relative to the root, from the plan; null for everything in the root.</summary>
    public IReadOnlyList<string>? Write { get; init; }

    /// <summary>Patterns of files that are writable because the task appends to them.</summary>
    public IReadOnlyList<string> Append { get; set; } = [];

    /// <summary>Files, relative to the root, that are never writable whatever <see cref="Write"/> says: contracts.</summary>
    public IReadOnlyList<string> ReadOnly { get; set; } = [];

    /// <summary>Permission rules beside reading, writing owned files and Bash (<c>permissions.allow</c>): a tool (<c>WebFetch</c>), an MCP
    /// server (<c>mcp__tracker</c>), or some calls of a tool (<c>WebFetch(domain:example.org)</c>), which the agent program itself
    /// checks.</summary>
    public IReadOnlyList<string> AllowedTools { get; set; } = [];

    /// <summary>False to refuse every shell command.</summary>
    public bool AllowCommands { get; set; } = true;

    /// <summary>True if the agent works in a sandbox with refs, stash and configuration of its own, which are dropped at its end.</summary>
    public bool HasOwnRefs { get; set; }

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
