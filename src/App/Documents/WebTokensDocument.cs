using Orchestrator.App.Access;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>web token --json</c>.</summary>
/// <param name="Tokens">Named tokens, sorted by the time of their creation.</param>
/// <param name="Failures">Failed attempts to log in, or null if there were none.</param>
public sealed record WebTokensDocument(IReadOnlyList<WebTokenLine> Tokens, WebLoginFailures? Failures) : SchemaVersionedDocument
{
    /// <summary>Creates the document. It does not contain the hashes of the tokens.</summary>
    public static WebTokensDocument Of(WebTokenStore tokens) =>
        new(
            [.. tokens.List().Select(token => new WebTokenLine(token.Name, token.Scope, token.CreatedAt, token.ExpiresAt))],
            WebLoginFailures.Read(tokens.Folder)
        );

    /// <summary>Returns a word that describes a token's permitted actions, for display to users.</summary>
    public static string Describe(WebTokenScope scope) =>
        scope switch
        {
            WebTokenScope.Read => "read",
            WebTokenScope.Answer => "answer",
            _ => "all",
        };
}

/// <summary>A token for the web page and the API.</summary>
/// <param name="Name">Name of the token.</param>
/// <param name="Scope">Actions that the token permits.</param>
/// <param name="CreatedAt">Time at which the token was created.</param>
/// <param name="ExpiresAt">Time at which the token expires, or null if it never expires.</param>
public sealed record WebTokenLine(string Name, WebTokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);
