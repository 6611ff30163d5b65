namespace Orchestrator.Settings;

/// <summary>Settings of distributed runs, whose tasks run on several hosts (<c>hosts.*</c>).</summary>
/// <param name="Spread">True if runs started on this host may use other worker hosts, and if this host offers slots to distributed
/// runs.</param>
/// <param name="Slots">Number of slots that this host offers to distributed runs, or null for the value of <c>workers</c>.</param>
/// <param name="Labels">Labels of this host that tasks may require.</param>
/// <param name="Memory">Free memory in bytes that this host must have before it accepts such a task, or null to accept without a
/// check.</param>
public sealed record DistributedRunSettings(bool Spread, int? Slots, IReadOnlyList<string> Labels, long? Memory)
{
    private static readonly Setting<bool> SpreadKey = new(
        "hosts.spread",
        false,
        CommonSettingConverters.Switch,
        "whether other hosts may execute tasks of this machine's runs, and this machine may execute tasks of other hosts' "
            + "runs, through wip.remote"
    );

    private static readonly Setting<int?> SlotsKey = new(
        "hosts.slots",
        null,
        CommonSettingConverters.WholeOrAuto(0, 1000),
        "number of tasks of distributed runs that this machine executes at once; 0 means none, and auto means the value "
            + "of the setting workers"
    );

    private static readonly Setting<IReadOnlyList<string>> LabelsKey = new(
        "hosts.labels",
        [],
        CommonSettingConverters.Texts,
        "labels of this machine, which a task can require with host: LABEL"
    );

    private static readonly Setting<long?> MemoryKey = new(
        "hosts.memory",
        1L << 30,
        CommonSettingConverters.SizeOrOff,
        "free memory that this machine needs before it accepts a task of a distributed run"
    );

    /// <summary>Settings for a host that does not take part in distributed runs.</summary>
    public static DistributedRunSettings Off { get; } = new(false, null, [], null);

    /// <summary>Returns the number of slots that a host with these settings offers to distributed runs.</summary>
    /// <param name="workers">Value of the setting <c>workers</c>.</param>
    public int OfferedSlots(int workers) => Spread ? Slots ?? workers : 0;

    internal static DistributedRunSettings Read(SettingReader settings)
    {
        var read = new DistributedRunSettings(
            settings.Read(SpreadKey),
            settings.Read(SlotsKey),
            settings.Read(LabelsKey),
            settings.Read(MemoryKey)
        );
        settings.Require(
            read.Labels.All(PlanTask.IsHostLabel),
            LabelsKey,
            $"'{read.Labels.FirstOrDefault(label => !PlanTask.IsHostLabel(label))}' is not a valid label.",
            "Use at most 60 letters, digits, dots, hyphens and underscores."
        );
        return read;
    }
}
