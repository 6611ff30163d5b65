using System.Text.Json.Nodes;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Determines whether Claude Code can use placeholders instead of API keys.</summary>
internal static class ClaudeKeyPlaceholderSupportChecker
{
    private const long LargestSettings = 4 << 20;
    private static readonly string[] s_tokens = ["ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];
    private static readonly string[] s_credentialHeaders = ["authorization", "x-api-key"];

    /// <summary>
    /// True if placeholders can replace the keys. False if the user's settings for the program override the key or the service's address.
    /// Also false if custom headers contain credentials, a client certificate is configured, or certificate checks are disabled.
    /// </summary>
    /// <param name="keys">Keys of the service.</param>
    /// <param name="configDirectory">Absolute path of the program's folder, usually <c>~/.claude</c>.</param>
    /// <param name="environment">Environment variables of the user.</param>
    public static bool CanBeReplaced(
        IReadOnlyList<ProxyableAgentApiKey> keys,
        string configDirectory,
        IReadOnlyDictionary<string, string> environment
    ) =>
        !s_credentialHeaders.Any(name =>
            environment.GetValueOrDefault("ANTHROPIC_CUSTOM_HEADERS", "").Contains(name, StringComparison.OrdinalIgnoreCase)
        )
        && environment.GetValueOrDefault("CLAUDE_CODE_CLIENT_CERT", "").Length == 0
        && environment.GetValueOrDefault("NODE_TLS_REJECT_UNAUTHORIZED") != "0"
        && !AreReplaced(keys, Path.Combine(configDirectory, "settings.json"));

    /// <summary>
    /// Adds the stored key of a Console login, unless the program ignores it because the user has a subscription login or sets a token
    /// variable.
    /// </summary>
    /// <param name="keys">Keys of Anthropic's API.</param>
    /// <param name="file">Absolute path of <see cref="AgentProgramFilePaths.ClaudeLogin"/>.</param>
    /// <param name="configDirectory">Absolute path of the program's folder.</param>
    /// <param name="environment">Environment variables that the program inherits.</param>
    public static IReadOnlyList<ProxyableAgentApiKey> WithStored(
        IReadOnlyList<ProxyableAgentApiKey> keys,
        string file,
        string configDirectory,
        IReadOnlyDictionary<string, string> environment
    ) =>
        s_tokens.Any(name => environment.GetValueOrDefault(name) is { Length: > 0 })
        || File.Exists(Path.Combine(configDirectory, ".credentials.json"))
            ? keys
            : [keys[0] with { Stored = new AgentApiKeyLocation(file, "primaryApiKey") }, .. keys.Skip(1)];

    private static bool AreReplaced(IReadOnlyList<ProxyableAgentApiKey> keys, string settings)
    {
        try
        {
            return RegularFileReader.TryRead(settings, LargestSettings) is { } content
                && JsonNode.Parse(content) is JsonObject file
                && (
                    file.ContainsKey("apiKeyHelper")
                    || (
                        file["env"] is JsonObject environment
                        && keys.SelectMany(key => key.Variables.Append(key.Address)).OfType<string>().Any(environment.ContainsKey)
                    )
                );
        }
        catch (Exception unread) when (unread is JsonException or IOException or UnauthorizedAccessException)
        {
            return false; // The program can't read the file either.
        }
    }
}
