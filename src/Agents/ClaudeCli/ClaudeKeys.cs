using System.Text.Json.Nodes;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Determines if Claude Code can work with placeholders in place of keys.</summary>
internal static class ClaudeKeys
{
    private const long LargestSettings = 4 << 20;
    private static readonly string[] s_credentialHeaders = ["authorization", "x-api-key"];

    /// <summary>True if placeholders can replace the keys. False if the user's settings for the program override the key or the address of
    /// the service. Also false if custom headers, a client certificate or disabled certificate checks are configured.</summary>
    /// <param name="keys">Keys of the service.</param>
    /// <param name="configDirectory">Absolute path of the program's folder, usually <c>~/.claude</c>.</param>
    /// <param name="environment">Environment variables of the user.</param>
    public static bool CanBeReplaced(
        IReadOnlyList<AgentKey> keys,
        string configDirectory,
        IReadOnlyDictionary<string, string> environment
    ) =>
        !s_credentialHeaders.Any(name =>
            environment.GetValueOrDefault("ANTHROPIC_CUSTOM_HEADERS", "").Contains(name, StringComparison.OrdinalIgnoreCase)
        )
        && environment.GetValueOrDefault("CLAUDE_CODE_CLIENT_CERT", "").Length == 0
        && environment.GetValueOrDefault("NODE_TLS_REJECT_UNAUTHORIZED") != "0"
        && !AreReplaced(keys, Path.Combine(configDirectory, "settings.json"));

    private static bool AreReplaced(IReadOnlyList<AgentKey> keys, string settings)
    {
        try
        {
            return RegularFile.TryRead(settings, LargestSettings) is { } content
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
