namespace Orchestrator.Settings;

/// <summary>The limits of the use of accounts (<c>usage.*</c>, <c>prices</c>).</summary>
/// <param name="WarnAt">How full a window of an account is when a person is warned, in percent.</param>
/// <param name="PauseAt">How full it is when nothing more is started, in percent.</param>
/// <param name="Priority">Where slots of an account are scarce, runs with a higher one go first.</param>
/// <param name="Prices">Prices of models beside those that are known.</param>
public sealed record UsageSettings(int WarnAt, int PauseAt, int Priority, IReadOnlyList<ModelPriceSetting> Prices)
{
    private static readonly Setting<int> WarnAtKey = new(
        "usage.warn_at",
        80,
        UsageTypes.Percent,
        "how full a usage limit of an account is when you are warned, in percent",
        ["usage_warning_threshold"]
    );

    private static readonly Setting<int> PauseAtKey = new(
        "usage.pause_at",
        95,
        UsageTypes.Percent,
        "how full a usage limit of an account is when nothing more is started with it until its reset, in percent"
    );

    private static readonly Setting<int> PriorityKey = new(
        "usage.priority",
        0,
        SettingTypes.Whole(-100, 100),
        "where slots of an account are scarce, runs with a higher priority go first"
    );

    private static readonly Setting<IReadOnlyList<ModelPriceSetting>> PricesKey = new(
        "prices",
        [],
        UsageTypes.Prices,
        "prices of models that are not in the table (docs/reference/usage.md), or are other for you, in US dollars per million tokens"
    );

    /// <summary>The defaults.</summary>
    public static UsageSettings Default => new(WarnAtKey.Default, PauseAtKey.Default, PriorityKey.Default, PricesKey.Default);

    internal static UsageSettings Read(SettingReader settings)
    {
        var read = new UsageSettings(
            settings.Read(WarnAtKey),
            settings.Read(PauseAtKey),
            settings.Read(PriorityKey),
            settings.Read(PricesKey)
        );
        settings.Demand(
            read.WarnAt <= read.PauseAt,
            WarnAtKey,
            $"{read.WarnAt} is more than {PauseAtKey.Name} ({read.PauseAt}).",
            $"Give at most {read.PauseAt}, or raise {PauseAtKey.Name}."
        );
        return read;
    }
}
