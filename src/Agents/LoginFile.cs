using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents;

/// <summary>A file with tokens that an agent program replaces as they expire.</summary>
/// <param name="Path">Absolute path.</param>
public sealed record LoginFile(string Path)
{
    /// <summary>Members with tokens; <c>*</c> stands for any name.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Members that name the account.</summary>
    public IReadOnlyList<string> Account { get; init; } = [];

    /// <summary>The member with the time at which the program asks for new tokens; null: unknown.</summary>
    public string? Expires { get; init; }

    /// <summary>Variables with keys that the program prefers to the file.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>A file of a described program.</summary>
    internal static LoginFile Of(string path, LoginDescription login) =>
        new(path)
        {
            Tokens = login.Tokens,
            Account = login.Account,
            Expires = login.Expires,
            Variables = login.Variables,
        };

    /// <summary>The file of the Claude Code CLI.</summary>
    internal static LoginFile OfClaude(string path) =>
        new(path)
        {
            Tokens = ["claudeAiOauth.accessToken", "claudeAiOauth.refreshToken", "claudeAiOauth.expiresAt"],
            Account = ["organizationUuid"],
            Expires = "claudeAiOauth.expiresAt",
            Variables =
            [
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "CLAUDE_CODE_OAUTH_TOKEN",
                "CLAUDE_CODE_USE_BEDROCK",
                "CLAUDE_CODE_USE_VERTEX",
            ],
        };
}
