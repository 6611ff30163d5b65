using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>Settings that decide where and when notices are sent (<c>notifications.*</c>).</summary>
/// <param name="Quiet">Hours during which no notices are sent, or null if there are none.</param>
/// <param name="All">All targets, including disabled ones.</param>
public sealed record NotificationSettings(QuietHours? Quiet, IReadOnlyList<NotificationTarget> All)
{
    /// <summary>False to send no notices at all.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Targets that receive notices. Empty if notices are turned off.</summary>
    [JsonIgnore]
    public IReadOnlyList<NotificationTarget> Targets =>
        Enabled ? [.. All.Where(target => target.Provider != NotificationProviders.None)] : [];

    /// <summary>Address of the web dashboard as seen from the user's devices. Notices link to it. Null for no links.</summary>
    public string? Link { get; init; }

    private static readonly Setting<bool> EnabledKey = new(
        "notifications.enabled",
        true,
        CommonSettingConverters.Switch,
        "whether notices are sent; false sends none but keeps the configured channels"
    )
    {
        Effect = TrustRequiringSettingEffect.Decides,
    };

    /// <summary>
    /// Maximum time for which a process retries unresponsive targets after its run has ended or is waiting for a user. Default: 2 minutes.
    /// Range: 0 seconds to 1 hour.
    /// </summary>
    public TimeSpan EndWait { get; init; }

    private static readonly Setting<TimeSpan> EndWaitKey = new(
        "notifications.end_wait",
        TimeSpan.FromMinutes(2),
        CommonSettingConverters.Time(TimeSpan.Zero, TimeSpan.FromHours(1)),
        "time for which a target that does not respond is retried after the run has ended or has started to wait for you; "
            + "0s means one attempt"
    );

    private static readonly Setting<string?> LinkKey = new(
        "notifications.link",
        null,
        CommonSettingConverters.OptionalText,
        "address under which your phone reaches the web page (orchestrate web), so that notices can link to their run"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<QuietHours?> QuietKey = new(
        "notifications.quiet_hours",
        null,
        NotificationSettingConverters.QuietHours,
        "hours during which notices are held back"
    );

    internal static NotificationSettings Read(SettingReader settings)
    {
        var only = NotificationTarget.Read(settings, NotificationTarget.Only, null, NoticeKinds.Usual);
        var others = settings
            .Names("notifications")
            .Order(StringComparer.Ordinal)
            .Select(name => NotificationTarget.Read(settings, NotificationTarget.Named, name, only.On));
        var link = settings.Read(LinkKey);
        settings.Require(
            link is null
                || (Uri.TryCreate(link, UriKind.Absolute, out var page) && page is { Scheme: "https" or "http", Query: "", Fragment: "" }),
            LinkKey,
            "the page's address is not a web address.",
            "Write https://HOST:PORT without a query ('?')."
        );
        return new(settings.Read(QuietKey), [.. others.Prepend(only)])
        {
            Enabled = settings.Read(EnabledKey),
            Link = link?.TrimEnd('/'),
            EndWait = settings.Read(EndWaitKey),
        };
    }
}
