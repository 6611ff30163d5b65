using Orchestrator.Machine.Hosting;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>web token --json</c>.</summary>
/// <param name="Tokens">Named tokens in the order of their creation.</param>
/// <param name="Failures">Failed tries to enter, or null if there were none.</param>
public sealed record WebTokensDocument(IReadOnlyList<WebTokenLine> Tokens, WebFailures? Failures) : Document
{
    /// <summary>Returns the tokens without their hashes.</summary>
    public static WebTokensDocument Of(WebTokens tokens) =>
        new(
            [.. tokens.List().Select(token => new WebTokenLine(token.Name, token.Scope, token.CreatedAt, token.ExpiresAt))],
            WebFailures.Read(tokens.Folder)
        );

    /// <summary>Describes a scope for users.</summary>
    public static string Describe(WebScope scope) =>
        scope switch
        {
            WebScope.Read => "read",
            WebScope.Answer => "answer",
            _ => "all",
        };
}

/// <summary>A token of the page and the API.</summary>
/// <param name="Name">Name of the token.</param>
/// <param name="Scope">Permitted actions.</param>
/// <param name="CreatedAt">Time at which the token was made.</param>
/// <param name="ExpiresAt">Time from which the token is invalid, or null for never.</param>
public sealed record WebTokenLine(string Name, WebScope Scope, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);
