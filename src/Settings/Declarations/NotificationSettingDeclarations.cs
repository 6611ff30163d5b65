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
                + (prefix.Contains('*', StringComparison.Ordinal) ? "the events in notifications.on" : "all events except task_done")
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
            "secret of the channel, which is the access token for ntfy, the webhook's address for slack, the signing key for "
                + "webhook, or the account's password for email"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<string?> From { get; } =
        new(prefix + "from", null, CommonSettingConverters.OptionalText, "sender address of email notices");

    public Setting<IReadOnlyList<string>?> To { get; } =
        new(prefix + "to", null, NotificationSettingConverters.Receivers, "recipient addresses of email notices")
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };

    public Setting<string?> User { get; } =
        new(prefix + "user", null, CommonSettingConverters.OptionalText, "user name of the account that sends email notices");

    public Setting<IReadOnlyList<string>?> Command { get; } =
        new(
            prefix + "command",
            null,
            NotificationSettingConverters.Receivers,
            "program and arguments if the provider is command; the program reads the notice as JSON from standard input"
        )
        {
            Effect = TrustRequiringSettingEffect.SpeaksTo,
        };
}
