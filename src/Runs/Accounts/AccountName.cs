using System.Security.Cryptography;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Derives the names of the accounts that pay for agents. The same login or key has the same account name in all repositories of a user. An
/// account name is also a file name and contains no secret.
/// </summary>
public static class AccountName
{
    /// <summary>Name by which the settings refer to the built-in agent.</summary>
    public const string Claude = "claude";

    /// <summary>Returns the name of the account that pays for an agent.</summary>
    /// <param name="agent">Name of the agent in the settings, or <c>api</c> or <c>bedrock</c> for models without an agent program.</param>
    /// <param name="environment">Environment variables of the agent.</param>
    public static string Of(string agent, OrchestratorSettings settings, IReadOnlyDictionary<string, string> environment) =>
        OfProvider(agent == Claude ? settings.Claude.Provider : agent, environment);

    /// <summary>Returns the name of the account that pays for calls to a provider.</summary>
    /// <param name="provider">A value of <c>agents.claude.provider</c>, or the name of another agent.</param>
    /// <param name="environment">Environment variables of the agent.</param>
    public static string OfProvider(string provider, IReadOnlyDictionary<string, string> environment)
    {
        return provider switch
        {
            "subscription" => Login(environment),
            "api" => With(
                "anthropic",
                environment.GetValueOrDefault("ANTHROPIC_API_KEY") ?? environment.GetValueOrDefault("ANTHROPIC_AUTH_TOKEN")
            ),
            "bedrock" => With(
                "bedrock",
                environment.GetValueOrDefault("AWS_PROFILE") ?? environment.GetValueOrDefault("AWS_ACCESS_KEY_ID")
            ),
            "vertex" => With("vertex", environment.GetValueOrDefault("ANTHROPIC_VERTEX_PROJECT_ID")),
            _ => "agent-" + Clean(provider),
        };
    }

    private static string Login(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("CLAUDE_CODE_OAUTH_TOKEN") is { Length: > 0 } token)
        {
            return With("claude", token);
        }
        var folder = ClaudeCliOptions.ConfigDirectoryOf(environment).TrimEnd('/');
        return folder == ClaudeCliOptions.UsualConfigDirectory(environment) ? "claude" : With("claude", folder);
    }

    private static string With(string name, string? distinguishes) =>
        string.IsNullOrEmpty(distinguishes)
            ? name
            : $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("orchestrate account\n" + distinguishes)))[..8]}";

    private static string Clean(string name) =>
        new([.. name.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
}
