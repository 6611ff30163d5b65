namespace Orchestrator.Settings;

/// <summary>Settings of distributed runs, whose tasks run on several hosts (<c>hosts.*</c>).</summary>
/// <param name="Spread">True if runs started on this host may use other worker hosts, and this host offers slots to distributed
/// runs.</param>
/// <param name="Slots">Number of slots that this host offers to distributed runs, or null for the number of <c>workers</c>.</param>
/// <param name="Labels">Labels of this host that tasks may require.</param>
/// <param name="Memory">Free memory in bytes that this host needs before it accepts such a task, or null for no check.</param>
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

    /// <summary>Settings without distributed runs.</summary>
    public static HostSettings Off { get; } = new(false, null, [], null);

    /// <summary>Returns the number of slots that a host with these settings offers to distributed runs.</summary>
    /// <param name="workers">Value of the setting <c>workers</c>.</param>
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
