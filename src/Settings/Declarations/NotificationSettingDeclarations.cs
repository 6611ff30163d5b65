namespace Orchestrator.Settings;

/// <summary>Declares the settings of a notification target.</summary>
/// <param name="prefix">Prefix of the setting names. It contains a <c>*</c> for named targets.</param>
internal sealed class NotificationSettingDeclarations(string prefix)
{
    public Setting<string> Provider { get; } =
        new(
            prefix + "provider",
            NotificationProviders.None,
            CommonSettingConverters.OneOf([.. NotificationProviders.All]),
            "channel for notices"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<IReadOnlyList<string>?> On { get; } =
        new(
            prefix + "on",
            null,
            NotificationSettingConverters.Kinds,
            "events that cause a notice; if not set, "
                + (prefix.Contains('*', StringComparison.Ordinal) ? "those of notifications.on" : "all but task_done")
        );

    public Setting<string?> Url { get; } =
        new(
            prefix + "url",
            null,
            CommonSettingConverters.OptionalText,
            "address of an ntfy topic or a webhook, or a mail server as smtp://HOST:PORT or smtps://HOST:PORT"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<SecretReference?> Secret { get; } =
        new(
            prefix + "secret",
            null,
            CommonSettingConverters.Secret,
            "ntfy: access token; slack: the webhook's address; webhook: the signing key; email: the account's password"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<string?> From { get; } =
        new(prefix + "from", null, CommonSettingConverters.OptionalText, "address of the sender, for email");

    public Setting<IReadOnlyList<string>?> To { get; } =
        new(prefix + "to", null, NotificationSettingConverters.Receivers, "addresses of the recipients, for email")
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<string?> User { get; } =
        new(prefix + "user", null, CommonSettingConverters.OptionalText, "user name of the mail account, for email");

    public Setting<IReadOnlyList<string>?> Command { get; } =
        new(
            prefix + "command",
            null,
            NotificationSettingConverters.Receivers,
            "command: program and arguments; the program reads the notice as JSON from standard input"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };
}
