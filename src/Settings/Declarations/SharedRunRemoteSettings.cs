namespace Orchestrator.Settings;

/// <summary>
/// Settings for sharing active runs with other hosts (<c>wip.*</c>). A shared run includes its files, branches, unfinished work and
/// conversations.
/// </summary>
/// <param name="Remote">Name or address of the git remote, or null to share nothing.</param>
/// <param name="Interval">Interval between pushes.</param>
public sealed record SharedRunRemoteSettings(string? Remote, TimeSpan Interval)
{
    private static readonly Setting<string?> RemoteKey = new(
        "wip.remote",
        null,
        CommonSettingConverters.OptionalText,
        "name or address of the git remote to which open runs are pushed, so that another machine can continue them; if "
            + "not set, no run is pushed"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<TimeSpan> IntervalKey = new(
        "wip.interval",
        TimeSpan.FromMinutes(5),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "interval between pushes of open runs"
    );

    /// <summary>Settings under which no runs are shared.</summary>
    public static SharedRunRemoteSettings Off { get; } = new(null, TimeSpan.FromMinutes(5));

    internal static SharedRunRemoteSettings Read(SettingReader settings) => new(settings.Read(RemoteKey), settings.Read(IntervalKey));
}
