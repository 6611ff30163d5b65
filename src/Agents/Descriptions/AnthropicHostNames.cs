namespace Orchestrator.Agents.Descriptions;

/// <summary>Host names of Anthropic's services that Claude Code uses. Bedrock, Vertex and gateways use other hosts, which the user must
/// configure.</summary>
public static class AnthropicHostNames
{
    /// <summary>Hosts of the API, the login and the feature switches. Hosts of telemetry are excluded, because telemetry is
    /// optional.</summary>
    public static IReadOnlyList<string> All { get; } =
    ["api.anthropic.com", "console.anthropic.com", "platform.claude.com", "claude.ai", "statsig.anthropic.com"];
}
