namespace Orchestrator.Settings;

/// <summary>Retention of ended runs (<c>retention.*</c>). Beyond it their folders, refs and histories are removed automatically, but only
/// what is proven to be merged or superseded.</summary>
/// <param name="Age">How long after its end; null: however long.</param>
/// <param name="Count">The latest so many; null: all.</param>
public sealed record RetentionSettings(TimeSpan? Age, int? Count)
{
    private static readonly Setting<TimeSpan?> AgeKey = new(
        "retention.runs",
        TimeSpan.FromDays(30),
        SettingTypes.TimeOrOff(TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
        "how long an ended run is kept: its folder, refs and history"
    );

    private static readonly Setting<int?> CountKey = new(
        "retention.count",
        100,
        SettingTypes.WholeOrOff(1, 100_000),
        "the most ended runs that are kept"
    );

    internal static RetentionSettings Read(SettingReader settings) => new(settings.Read(AgeKey), settings.Read(CountKey));
}
