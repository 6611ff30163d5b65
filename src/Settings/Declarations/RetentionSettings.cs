namespace Orchestrator.Settings;

/// <summary>
/// Settings that decide how long ended runs are retained (<c>retention.*</c>). Folders, refs and histories of older runs are removed
/// automatically, but only if those runs' work is verified to be merged or superseded.
/// </summary>
/// <param name="Age">Time for which a run is kept after its end, or null to keep runs indefinitely. Default: 30 days. Range: 1 hour to 3650
/// days.</param>
/// <param name="Count">Number of most recent runs to keep, or null to keep all. Default: 100. Range: 1 to 100,000.</param>
public sealed record RetentionSettings(TimeSpan? Age, int? Count)
{
    private static readonly Setting<TimeSpan?> AgeKey = new(
        "retention.runs",
        TimeSpan.FromDays(30),
        CommonSettingConverters.TimeOrOff(TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
        "time for which the folder, refs and history of an ended run are kept"
    );

    private static readonly Setting<int?> CountKey = new(
        "retention.count",
        100,
        CommonSettingConverters.WholeOrOff(1, 100_000),
        "maximum number of ended runs that are kept"
    );

    internal static RetentionSettings Read(SettingReader settings) => new(settings.Read(AgeKey), settings.Read(CountKey));
}
