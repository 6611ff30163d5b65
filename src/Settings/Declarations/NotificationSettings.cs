namespace Orchestrator.Settings;

/// <summary>How people are told of what happens (<c>notifications.*</c>).</summary>
/// <param name="Quiet">Hours in which nobody is disturbed; null: there are none.</param>
/// <param name="Targets">Whom it is told, by which channel; none: nobody.</param>
public sealed record NotificationSettings(QuietHours? Quiet, IReadOnlyList<NotificationTarget> Targets)
{
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
        return new(settings.Read(QuietKey), [.. others.Prepend(only).Where(target => target.Provider != NotificationProviders.None)]);
    }
}
