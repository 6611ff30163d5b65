namespace Orchestrator.Settings;

/// <summary>
/// A destination for notices: a channel together with its address (<c>notifications.*</c>, or <c>notifications.NAME.*</c> if there are
/// several targets).
/// </summary>
/// <param name="Name">Name of the target, or of its provider if the target has no name.</param>
/// <param name="Provider">One of <see cref="NotificationProviders"/>.</param>
/// <param name="On">Kinds of notices to send, from <see cref="NoticeKinds"/>.</param>
public sealed record NotificationTarget(string Name, string Provider, IReadOnlyList<string> On)
{
    internal static readonly NotificationSettingDeclarations Only = new("notifications.");
    internal static readonly NotificationSettingDeclarations Named = new("notifications.*.");

    /// <summary>Address of an ntfy topic, a webhook or a mail server, or null for other providers.</summary>
    public string? Url { get; init; }

    /// <summary>Name of the setting that defines <see cref="Url"/>.</summary>
    internal string UrlName { get; private init; } = "";

    /// <summary>
    /// Secret that the provider needs: an ntfy access token, a Slack webhook address, a webhook signing key or a mail password. Null if
    /// there is none.
    /// </summary>
    public SecretReference? Secret { get; init; }

    /// <summary>Address of the sender of emails.</summary>
    public string? From { get; init; }

    /// <summary>Addresses of the recipients of emails.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>User name of the mail account, or null to send without a login.</summary>
    public string? User { get; init; }

    /// <summary>Program and arguments that receive notices, or null for other providers.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    internal static NotificationTarget Read(
        SettingReader settings,
        NotificationSettingDeclarations keys,
        string? name,
        IReadOnlyList<string> on
    )
    {
        var provider = settings.Read(keys.Provider, name);
        var target = new NotificationTarget(name ?? provider, provider, settings.Read(keys.On, name) ?? on)
        {
            Url = settings.Read(keys.Url, name),
            UrlName = keys.Url.NameOf(name),
            Secret = settings.Read(keys.Secret, name),
            From = settings.Read(keys.From, name),
            To = settings.Read(keys.To, name) ?? [],
            User = settings.Read(keys.User, name),
            Command = settings.Read(keys.Command, name),
        };
        target.Check(settings, keys, name);
        return target;
    }

    private void Check(SettingReader settings, NotificationSettingDeclarations keys, string? name)
    {
        var isOfWeb = Provider is NotificationProviders.Ntfy or NotificationProviders.Webhook;
        var address = Uri.TryCreate(Url, UriKind.Absolute, out var given) ? given : null;
        settings.Require(
            !isOfWeb || (address is { Scheme: "https" or "http" } && (address.Scheme == "https" || address.IsLoopback || Secret is null)),
            keys.Url,
            $"{Provider} needs an https address; http works only for this machine, and for ntfy without a token.",
            Provider == NotificationProviders.Ntfy ? "Give https://ntfy.sh/TOPIC." : "Give https://HOST/PATH.",
            name
        );
        settings.Require(
            Provider != NotificationProviders.Ntfy || address is null || address is { Query: "", Segments.Length: > 1 },
            keys.Url,
            "the address lacks a topic.",
            "Give https://ntfy.sh/TOPIC.",
            name
        );
        settings.Require(
            Provider is not (NotificationProviders.Slack or NotificationProviders.Webhook)
                || settings.SourceOf(keys.Secret, name).Kind != SettingSourceKind.Default,
            keys.Secret,
            Provider == NotificationProviders.Slack ? "Slack needs the address of a webhook." : "a webhook needs a key to sign with.",
            "Use $NAME for an environment variable, or file:PATH for a file.",
            name
        );
        settings.Require(
            Provider != NotificationProviders.Command || Command is { Count: > 0 },
            keys.Command,
            "the command is missing.",
            "Write [PROGRAM, ARGUMENT, ...].",
            name
        );
        if (Provider == NotificationProviders.Email)
        {
            CheckMail(settings, keys, name, address);
        }
    }

    private void CheckMail(SettingReader settings, NotificationSettingDeclarations keys, string? name, Uri? address)
    {
        settings.Require(
            address is { Scheme: "smtp" or "smtps", Host.Length: > 0 },
            keys.Url,
            "email needs a server.",
            "Write smtp://HOST:587 (STARTTLS) or smtps://HOST:465.",
            name
        );
        settings.Require(IsMailbox(From), keys.From, "email needs a sender.", "Specify one address.", name);
        settings.Require(To.Count > 0 && To.All(IsMailbox), keys.To, "email needs receivers.", "Specify a list of addresses.", name);
        settings.Require(
            (User is null) == (Secret is null),
            keys.Secret,
            "a login needs a name and a password.",
            $"Set both {keys.User.NameOf(name)} and {keys.Secret.NameOf(name)}, or neither.",
            name
        );
    }

    private static bool IsMailbox(string? text) =>
        text is not null && text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.EndsWith('@') && !text.Any(char.IsControl);
}
