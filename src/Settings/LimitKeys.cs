namespace Orchestrator.Settings;

/// <summary>Setting keys of agents' limits and of retries.</summary>
internal static class LimitKeys
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal static readonly Setting<int> MaxRemediations = new(
        "max_remediations",
        2,
        SettingTypes.Whole(0, 100),
        "how often a task goes back to its agent with evidence",
        ["max_retries"]
    );

    internal static readonly Setting<int> RetryAttempts = new(
        "retry.max_attempts",
        3,
        SettingTypes.Whole(1, 100),
        "attempts at a transient failure"
    );

    internal static readonly Setting<TimeSpan> RetryBaseDelay = new(
        "retry.base_delay",
        Second,
        SettingTypes.Time(TimeSpan.FromMilliseconds(1), Day),
        "first pause between attempts, with full jitter"
    );

    internal static readonly Setting<TimeSpan> RetryMaxDelay = new(
        "retry.max_delay",
        TimeSpan.FromSeconds(60),
        SettingTypes.Time(TimeSpan.FromMilliseconds(1), Day),
        "longest pause between attempts"
    );

    internal static readonly Setting<TimeSpan?> StallLimit = new(
        "limits.stall",
        TimeSpan.FromSeconds(900),
        SettingTypes.TimeOrOff(Second, Day),
        "an agent that says nothing for this long is stopped"
    );

    internal static readonly Setting<int?> TurnLimit = new(
        "limits.turns",
        null,
        SettingTypes.WholeOrOff(1, 100_000),
        "round trips of one agent with the model"
    );

    internal static readonly Setting<decimal?> CostLimit = new(
        "limits.cost",
        null,
        SettingTypes.MoneyOrOff,
        "US dollars for one agent start"
    );

    internal static readonly Setting<long?> MemoryLimit = new(
        "limits.memory",
        null,
        SettingTypes.SizeOrOff,
        "memory that one agent and all it starts may hold; one that holds more is stopped"
    );

    internal static readonly Setting<double?> CpuLimit = new(
        "limits.cpu",
        null,
        SettingTypes.CoresOrOff,
        "cores that one agent and all it starts may use on average"
    );

    internal static readonly Setting<TimeSpan> OrphanLimit = new(
        "limits.orphan",
        TimeSpan.FromMinutes(30),
        SettingTypes.Time(Second, 30 * Day),
        "an agent whose orchestrator is gone for this long is stopped"
    );
}
