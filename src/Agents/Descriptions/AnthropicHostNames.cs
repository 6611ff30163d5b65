namespace Orchestrator.Agents.Descriptions;

/// <summary>
/// Host names of the Anthropic services that Claude Code uses. Bedrock, Vertex and gateways use other hosts, which the user must configure.
/// </summary>
public static class AnthropicHostNames
{
    /// <summary>
    /// Host names of the API, the login service and the feature-flag service. Telemetry hosts are excluded, because telemetry is optional.
    /// </summary>
    public static IReadOnlyList<string> All { get; } =
    ["api.anthropic.com", "console.anthropic.com", "platform.claude.com", "claude.ai", "statsig.anthropic.com"];
}
