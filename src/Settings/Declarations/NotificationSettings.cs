using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>How people are told of what happens (<c>notifications.*</c>).</summary>
/// <param name="Quiet">Hours in which nobody is disturbed; null: there are none.</param>
/// <param name="All">Channels with their addresses, also those that are switched off.</param>
public sealed record NotificationSettings(QuietHours? Quiet, IReadOnlyList<NotificationTarget> All)
{
    /// <summary>Whom it is told, by which channel; none: nobody.</summary>
    [JsonIgnore]
    public IReadOnlyList<NotificationTarget> Targets => [.. All.Where(target => target.Provider != NotificationProviders.None)];

    private static readonly Setting<QuietHours?> QuietKey = new(
        "notifications.quiet_hours",
        null,
        NotificationTypes.QuietHours,
        "hours in which notices wait"
    );

    internal static NotificationSettings Read(SettingReader settings)
    {
        var only = NotificationTarget.Read(settings, NotificationTarget.Only, null, NoticeKinds.Usual);
        var others = settings
            .Names("notifications")
            .Order(StringComparer.Ordinal)
            .Select(name => NotificationTarget.Read(settings, NotificationTarget.Named, name, only.On));
        return new(settings.Read(QuietKey), [.. others.Prepend(only)]);
    }
}
