namespace Orchestrator.Settings;

/// <summary>Tasks of one run on several hosts (<c>hosts.*</c>).</summary>
/// <param name="Spread">Whether tasks of runs that begin here may be done on other hosts, and this machine takes tasks of such
/// runs.</param>
/// <param name="Slots">How many of their tasks this machine does at once; null: as many as <c>workers</c>.</param>
/// <param name="Labels">What this machine has that tasks may ask for.</param>
/// <param name="Memory">Bytes of memory that must be free here before such a task is taken; null: it is not looked at.</param>
public sealed record HostSettings(bool Spread, int? Slots, IReadOnlyList<string> Labels, long? Memory)
{
    private static readonly Setting<bool> SpreadKey = new(
        "hosts.spread",
        false,
        SettingTypes.Switch,
        "whether tasks of runs that begin here may be done on other hosts, by way of wip.remote, and this machine takes tasks of such runs"
    );

    private static readonly Setting<int?> SlotsKey = new(
        "hosts.slots",
        null,
        SettingTypes.WholeOrAuto(0, 1000),
        "how many tasks of such runs this machine does at once; 0: none, auto: as many as workers"
    );

    private static readonly Setting<IReadOnlyList<string>> LabelsKey = new(
        "hosts.labels",
        [],
        SettingTypes.Texts,
        "what this machine has that a task may ask for (its host: LABEL)"
    );

    private static readonly Setting<long?> MemoryKey = new(
        "hosts.memory",
        1L << 30,
        SettingTypes.SizeOrOff,
        "memory that must be free on this machine before it takes a task of such a run"
    );

    /// <summary>Nothing is spread.</summary>
    public static HostSettings Off { get; } = new(false, null, [], null);

    /// <summary>The number of tasks of distributed runs that a machine with these settings runs at once.</summary>
    /// <param name="workers">The setting <c>workers</c>.</param>
    public int Places(int workers) => Spread ? Slots ?? workers : 0;

    internal static HostSettings Read(SettingReader settings)
    {
        var read = new HostSettings(settings.Read(SpreadKey), settings.Read(SlotsKey), settings.Read(LabelsKey), settings.Read(MemoryKey));
        settings.Demand(
            read.Labels.All(PlanTask.IsHostLabel),
            LabelsKey,
            $"'{read.Labels.FirstOrDefault(label => !PlanTask.IsHostLabel(label))}' is no label.",
            "A label has letters, digits, dots, hyphens and underscores, and at most 60 of them."
        );
        return read;
    }
}
