namespace Orchestrator.Agents.Descriptions;

/// <summary>Hosts of Anthropic's services, which Claude Code reaches. Its settings for Bedrock, Vertex and gateways name others.</summary>
public static class ClaudeHosts
{
    /// <summary>API, login and feature switches; no telemetry, which it works without.</summary>
    public static IReadOnlyList<string> All { get; } =
    ["api.anthropic.com", "console.anthropic.com", "platform.claude.com", "claude.ai", "statsig.anthropic.com"];
}
