using System.Text.Json.Serialization;

namespace Orchestrator.Agents;

/// <summary>
/// Permissions of an agent run. Stored in the file <c>policy</c> of the agent run's folder, outside the worktree. The ownership hook can
/// therefore read them without a running orchestrator.
/// </summary>
public sealed record AgentRunPermissions
{
    /// <summary>Id of the task, shown in messages.</summary>
    public required string Task { get; init; }

    /// <summary>Absolute path of the worktree. The agent must not write files outside it.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// Patterns of the files that the agent may write according to the plan, relative to the root. Null if the agent may write all files in
    /// the root.
    /// </summary>
    public IReadOnlyList<string>? Write { get; init; }

    /// <summary>Patterns of files to which the task may append.</summary>
    public IReadOnlyList<string> Append { get; set; } = [];

    /// <summary>Contract files, relative to the root, that are never writable, regardless of <see cref="Write"/>.</summary>
    public IReadOnlyList<string> ReadOnly { get; set; } = [];

    /// <summary>Additional permission rules (<c>permissions.allow</c>). Reading files, writing owned files and running Bash need no rule. A
    /// rule names a tool (<c>WebFetch</c>), an MCP server (<c>mcp__tracker</c>) or certain calls of a tool
    /// (<c>WebFetch(domain:example.org)</c>), which the agent program itself checks.</summary>
    public IReadOnlyList<string> AllowedTools { get; set; } = [];

    /// <summary>True to allow shell commands, or false to refuse all of them.</summary>
    public bool AllowCommands { get; set; } = true;

    /// <summary>True if the agent works in a sandbox with private refs, stash and configuration, which are discarded when the agent run
    /// ends.</summary>
    public bool HasOwnRefs { get; set; }

    /// <summary>Serializes the policy as the text of its file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, AgentRunPermissionsJsonContext.Default.AgentRunPermissions);

    /// <summary>Parses the text of a policy.</summary>
    /// <exception cref="JsonException">The text is not a policy.</exception>
    public static AgentRunPermissions Parse(string json) =>
        JsonSerializer.Deserialize(json, AgentRunPermissionsJsonContext.Default.AgentRunPermissions)
        ?? throw new JsonException("The hook policy file contains only JSON null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AgentRunPermissions))]
internal sealed partial class AgentRunPermissionsJsonContext : JsonSerializerContext;
