using System.Text.RegularExpressions;
using Orchestrator.App.Access;

namespace Orchestrator.Cli.Commands;

/// <summary><c>web token</c>: manages tokens for programs and other devices. Without a subcommand, lists the tokens.</summary>
internal sealed class WebTokenCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public WebTokenCommand()
        : base("token", "List the tokens for the web page and the API, and the failed logins")
    {
        Add(_json);
        Add(new WebTokenCreateCommand());
        Add(new WebTokenRevokeCommand());
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var tokens = WebTokenStore.Of(context.Environment, context.Time);
        var document = WebTokensDocument.Of(tokens);
        if (parsed.GetValue(_json))
        {
            context.Print(document, DocumentJson.Default.WebTokensDocument);
            return Task.FromResult(UseCaseOutcome.Done);
        }
        var now = context.Time.GetUtcNow();
        foreach (var token in document.Tokens)
        {
            var end = token.ExpiresAt is { } until
                ? $"{(until > now ? "expires" : "expired")} {LocalTimeFormatter.Of(until)}"
                : "does not expire";
            context.Terminal.Show($"{token.Name}  {WebTokensDocument.Describe(token.Scope)}  {end}");
        }
        if (document.Tokens.Count == 0)
        {
            context.Terminal.Inform("The only token is the one in the link. Create another: orchestrate web token create NAME");
        }
        if (document.Failures is { } failed)
        {
            context.Terminal.Inform(
                $"{Plural.Of(failed.Count, "failed login")} since {LocalTimeFormatter.Of(failed.Since)}, the last one at "
                    + $"{LocalTimeFormatter.Of(failed.LastAt)} from {failed.LastFrom}."
            );
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }
}

/// <summary><c>web token create</c>: creates a token and shows it once.</summary>
internal sealed partial class WebTokenCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME")
    {
        Description = "Name of the token; decisions made with the token are recorded under this name",
    };
    private readonly Option<WebTokenScope> _scope = new("--scope")
    {
        Description = "Rights of the token: read, answer (read and answer open questions) or all (everything)",
        HelpName = "SCOPE",
        DefaultValueFactory = static _ => WebTokenScope.Read,
    };
    private readonly Option<string?> _expires = new("--expires")
    {
        Description = "Time after which the token expires, such as 12h or 30d; default: never",
        HelpName = "TIME",
    };

    public WebTokenCreateCommand()
        : base("create", "Create a token for a program or another device; the token is shown only once")
    {
        Add(_name);
        Add(_scope);
        Add(_expires);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var name = parsed.GetRequiredValue(_name);
        if (!NamePattern().IsMatch(name))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{name}' is not a valid token name.",
                "Use 1 to 40 letters, digits, dots, dashes and underscores."
            );
        }
        TimeSpan? lifetime = null;
        if (parsed.GetValue(_expires) is { } text)
        {
            lifetime =
                Durations.TryRead(text, out var time) && time > TimeSpan.Zero && time < TimeSpan.FromDays(3650)
                    ? time
                    : throw new UseCaseException(
                        UseCaseOutcome.Usage,
                        $"--expires is '{text}', which is not a valid duration.",
                        "Specify a duration, such as 12h or 30d."
                    );
        }
        var tokens = WebTokenStore.Of(context.Environment, context.Time);
        context.Terminal.Show(
            tokens.Create(name, parsed.GetValue(_scope), lifetime)
                ?? throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"A token named '{name}' already exists.",
                    $"Choose another name, or first: orchestrate web token revoke {name}"
                )
        );
        context.Terminal.Inform(
            "This token will not be shown again. Programs send it as 'Authorization: Bearer TOKEN', and browsers log in with it."
        );
        return Task.FromResult(UseCaseOutcome.Done);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

/// <summary><c>web token revoke</c>: revokes a token with immediate effect.</summary>
internal sealed class WebTokenRevokeCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the token" };

    public WebTokenRevokeCommand()
        : base("revoke", "Revoke a token at once, and end the sessions that were opened with it") => Add(_name);

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var name = parsed.GetRequiredValue(_name);
        if (!WebTokenStore.Of(context.Environment, context.Time).Revoke(name))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"No token is named '{name}'.",
                name == WebToken.Link
                    ? "To replace the token in the link: orchestrate web --new-token --link"
                    : "'orchestrate web token' lists them."
            );
        }
        context.Terminal.Inform($"The token '{name}' is revoked.");
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
