namespace Orchestrator.Settings;

/// <summary>Settings for the use of accounts and for model prices (<c>usage.*</c>, <c>prices</c>).</summary>
/// <param name="WarnAt">Used percentage of an account's usage limit at which the user is warned. Default: 80.</param>
/// <param name="PauseAt">Used percentage of an account's usage limit at which nothing new starts until the reset. Default: 95.</param>
/// <param name="Priority">Priority of the run when slots and turns are scarce; larger numbers go first. Default: 0, meaning the priority
/// from the plan. Range: -100 to 100.</param>
/// <param name="Weight">Weight of the run among runs of the same priority. Default: 1. Range: 1 to 100.</param>
/// <param name="Prices">Prices of models that the built-in table does not contain, or that differ for this user.</param>
public sealed record AccountUsageSettings(int WarnAt, int PauseAt, int Priority, int Weight, IReadOnlyList<ModelPriceSetting> Prices)
{
    private static readonly Setting<int> WarnAtKey = new(
        "usage.warn_at",
        80,
        UsageAndBudgetSettingConverters.Percent,
        "used percentage of an account's usage limit at which you get a warning",
        ["usage_warning_threshold"]
    );

    private static readonly Setting<int> PauseAtKey = new(
        "usage.pause_at",
        95,
        UsageAndBudgetSettingConverters.Percent,
        "used percentage of an account's usage limit at which no more agents start until the limit is reset"
    );

    private static readonly Setting<int> PriorityKey = new(
        "usage.priority",
        0,
        CommonSettingConverters.Whole(RunPriority.Lowest, RunPriority.Highest),
        "priority of the run when slots are scarce; higher numbers go first, and 0 means the priority in the plan"
    );

    private static readonly Setting<int> WeightKey = new(
        "usage.weight",
        1,
        CommonSettingConverters.Whole(1, 100),
        "weight of the run among runs with the same priority; weight 2 gets twice as much agent time as weight 1"
    );

    private static readonly Setting<IReadOnlyList<ModelPriceSetting>> PricesKey = new(
        "prices",
        [],
        UsageAndBudgetSettingConverters.Prices,
        "prices of models that the built-in table lacks or that differ for you, in US dollars per million tokens "
            + "(docs/reference/usage.md)"
    );

    /// <summary>Default usage settings, which apply if nothing is configured.</summary>
    public static AccountUsageSettings Default =>
        new(WarnAtKey.Default, PauseAtKey.Default, PriorityKey.Default, WeightKey.Default, PricesKey.Default);

    internal static AccountUsageSettings Read(SettingReader settings)
    {
        var read = new AccountUsageSettings(
            settings.Read(WarnAtKey),
            settings.Read(PauseAtKey),
            settings.Read(PriorityKey),
            settings.Read(WeightKey),
            settings.Read(PricesKey)
        );
        settings.Require(
            read.WarnAt <= read.PauseAt,
            WarnAtKey,
            $"{read.WarnAt} is more than {PauseAtKey.Name} ({read.PauseAt}).",
            $"Set at most {read.PauseAt}, or raise {PauseAtKey.Name}."
        );
        return read;
    }
}
