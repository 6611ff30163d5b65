namespace Orchestrator.Settings;

/// <summary>Limits of each agent run (<c>limits.*</c>), where null means no limit.</summary>
/// <param name="Stall">Time without output after which an agent is stopped.</param>
/// <param name="Turns">Maximum number of round trips with the model.</param>
/// <param name="Cost">Maximum cost in US dollars.</param>
/// <param name="Memory">Maximum memory in bytes.</param>
/// <param name="Cpu">Maximum number of cores.</param>
/// <param name="Orphan">Time after which an agent is stopped if no orchestrator monitors it.</param>
public sealed record LimitSettings(TimeSpan? Stall, int? Turns, decimal? Cost, long? Memory, double? Cpu, TimeSpan Orphan)
{
    private static readonly Setting<TimeSpan?> StallKey = new(
        "limits.stall",
        TimeSpan.FromSeconds(900),
        CommonSettingConverters.TimeOrOff(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "time after which an agent that produces no output is stopped"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int?> TurnsKey = new(
        "limits.turns",
        null,
        CommonSettingConverters.WholeOrOff(1, 100_000),
        "maximum number of round trips to the model in one agent run"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<decimal?> CostKey = new(
        "limits.cost",
        null,
        CommonSettingConverters.MoneyOrOff,
        "cost limit of one agent run, in US dollars"
    );

    internal static readonly Setting<long?> MemoryKey = new(
        "limits.memory",
        null,
        CommonSettingConverters.SizeOrOff,
        "memory limit of one agent and its child processes; an agent above the limit is stopped"
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<double?> CpuKey = new(
        "limits.cpu",
        null,
        CommonSettingConverters.CoresOrOff,
        "average number of cores that one agent and its child processes may use"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> OrphanKey = new(
        "limits.orphan",
        TimeSpan.FromMinutes(30),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        "time after which an agent is stopped if its orchestrator process no longer exists"
    )
    {
        IsHarmless = true,
    };

    internal static LimitSettings Read(SettingReader settings) =>
        new(
            settings.Read(StallKey),
            settings.Read(TurnsKey),
            settings.Read(CostKey),
            settings.Read(MemoryKey),
            settings.Read(CpuKey),
            settings.Read(OrphanKey)
        );
}
