namespace Orchestrator.Agents.Descriptions;

/// <summary>Hosts of Anthropic's services, used by Claude Code. Its settings for Bedrock, Vertex and gateways name others.</summary>
public static class ClaudeHosts
{
    /// <summary>API, login and feature switches. Excludes telemetry, which is optional.</summary>
    public static IReadOnlyList<string> All { get; } =
    ["api.anthropic.com", "console.anthropic.com", "platform.claude.com", "claude.ai", "statsig.anthropic.com"];
}
