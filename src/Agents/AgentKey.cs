namespace Orchestrator.Agents;

/// <summary>A key that an agent program finds in a variable, and that can stay outside of its sandbox.</summary>
/// <param name="Variable">The variable with the key.</param>
/// <param name="Address">The variable by which the program takes another address of the service.</param>
/// <param name="Service">The address of the service where that variable is not set.</param>
public sealed record AgentKey(string Variable, string Address, string Service)
{
    /// <summary>The variable with another address of Anthropic's API.</summary>
    internal const string AnthropicAddress = "ANTHROPIC_BASE_URL";

    private const string AnthropicApi = "https://api.anthropic.com";

    /// <summary>Keys of Anthropic's API, as Claude Code and Anthropic's SDKs find them.</summary>
    public static IReadOnlyList<AgentKey> OfAnthropic { get; } =
    [new("ANTHROPIC_API_KEY", AnthropicAddress, AnthropicApi), new("ANTHROPIC_AUTH_TOKEN", AnthropicAddress, AnthropicApi)];
}
