namespace Orchestrator.Settings;

/// <summary>Declares the settings of a notification target.</summary>
/// <param name="prefix">Prefix of the setting names. It contains a <c>*</c> for named targets.</param>
internal sealed class NotificationKeys(string prefix)
{
    public Setting<string> Provider { get; } =
        new(prefix + "provider", NotificationProviders.None, SettingTypes.OneOf([.. NotificationProviders.All]), "channel for notices")
        {
            Effect = TrustKind.SpeaksTo,
        };

    public Setting<IReadOnlyList<string>?> On { get; } =
        new(
            prefix + "on",
            null,
            NotificationSettingTypes.Kinds,
            "events that cause a notice; if not set, "
                + (prefix.Contains('*', StringComparison.Ordinal) ? "those of notifications.on" : "all but task_done")
        );

    public Setting<string?> Url { get; } =
        new(
            prefix + "url",
            null,
            SettingTypes.OptionalText,
            "address of an ntfy topic or a webhook, or a mail server as smtp://HOST:PORT or smtps://HOST:PORT"
        )
        {
            Effect = TrustKind.SpeaksTo,
        };

    public Setting<SecretReference?> Secret { get; } =
        new(
            prefix + "secret",
            null,
            SettingTypes.Secret,
            "ntfy: access token; slack: the webhook's address; webhook: the signing key; email: the account's password"
        )
        {
            Effect = TrustKind.SpeaksTo,
        };

    public Setting<string?> From { get; } = new(prefix + "from", null, SettingTypes.OptionalText, "address of the sender, for email");

    public Setting<IReadOnlyList<string>?> To { get; } =
        new(prefix + "to", null, NotificationSettingTypes.Receivers, "addresses of the recipients, for email")
        {
            Effect = TrustKind.SpeaksTo,
        };

    public Setting<string?> User { get; } =
        new(prefix + "user", null, SettingTypes.OptionalText, "user name of the mail account, for email");

    public Setting<IReadOnlyList<string>?> Command { get; } =
        new(
            prefix + "command",
            null,
            NotificationSettingTypes.Receivers,
            "command: program and arguments; the program reads the notice as JSON from standard input"
        )
        {
            Effect = TrustKind.SpeaksTo,
        };
}
