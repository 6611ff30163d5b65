using System.Security.Cryptography;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Accounts;

/// <summary>The name of the account that pays for an agent: the same in all repositories of a user, and another one for another login or
/// key. It is the name of a file, and no secret.</summary>
public static class AccountName
{
    /// <summary>The agent that is always there.</summary>
    public const string Claude = "claude";

    /// <summary>The account of an agent.</summary>
    /// <param name="agent">The agent's name in the settings; <c>api</c> and <c>bedrock</c> for models without an agent program.</param>
    /// <param name="environment">The variables that it gets.</param>
    public static string Of(string agent, OrchestratorSettings settings, IReadOnlyDictionary<string, string> environment) =>
        OfProvider(agent == Claude ? settings.Claude.Provider : agent, environment);

    /// <summary>The account of a provider.</summary>
    /// <param name="provider">One of those of <c>agents.claude.provider</c>, or the name of another agent.</param>
    /// <param name="environment">The variables that the agent gets.</param>
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
