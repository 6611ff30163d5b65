namespace Temporalio.Worker.Tuning;

/// <summary>Decides how much a worker does at once. A slot is reserved before a poll and released when its task has ended.</summary>
public abstract class SlotSupplier
{
    private protected SlotSupplier() { }
}

/// <summary>A fixed number of slots.</summary>
public sealed class FixedSizeSlotSupplier : SlotSupplier
{
    /// <summary>With a number of slots.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public FixedSizeSlotSupplier(int slotCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slotCount, 1);
        SlotCount = slotCount;
    }

    /// <summary>Number of slots.</summary>
    public int SlotCount { get; }
}

/// <summary>
/// Slots by one's own rules. All members may be called at the same time from several threads. Open polls hold slots: for workflow tasks
/// give at least as many as there are polls, or the polls of one queue keep those of the other from being opened.
/// </summary>
public abstract class CustomSlotSupplier : SlotSupplier
{
    /// <summary>Waits for a slot. May wait as long as it likes; an exception is logged and the call made again.</summary>
    /// <param name="ctx">What for.</param>
    /// <param name="cancellationToken">Cancelled when the worker stops.</param>
    public abstract Task<SlotPermit> ReserveSlotAsync(SlotReserveContext ctx, CancellationToken cancellationToken);

    /// <summary>A slot if there is one at once; null otherwise. Must not block.</summary>
    public abstract SlotPermit? TryReserveSlot(SlotReserveContext ctx);

    /// <summary>A slot has got its task. Must not block.</summary>
    public abstract void MarkSlotUsed(SlotMarkUsedContext ctx);

    /// <summary>A slot is free again, used or not. Must not block.</summary>
    public abstract void ReleaseSlot(SlotReleaseContext ctx);
}

/// <summary>As many slots as memory and processor allow.</summary>
public sealed class ResourceBasedSlotSupplier : SlotSupplier
{
    /// <summary>With bounds of its own and goals that all suppliers of a worker share.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A goal is no share, a bound is below 1, or the lower bound is above the
    /// upper.</exception>
    public ResourceBasedSlotSupplier(ResourceBasedSlotSupplierOptions options, ResourceBasedTunerOptions tunerOptions)
    {
        CheckShare(tunerOptions.TargetMemoryUsage, nameof(ResourceBasedTunerOptions.TargetMemoryUsage));
        CheckShare(tunerOptions.TargetCpuUsage, nameof(ResourceBasedTunerOptions.TargetCpuUsage));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MinimumSlots ?? 0, nameof(options.MinimumSlots));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumSlots ?? 1, 1, nameof(options.MaximumSlots));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.MinimumSlots ?? 0,
            options.MaximumSlots ?? int.MaxValue,
            nameof(options.MinimumSlots)
        );
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RampThrottle ?? TimeSpan.Zero, TimeSpan.Zero, nameof(options.RampThrottle));
        Options = options;
        TunerOptions = tunerOptions;
    }

    /// <summary>Bounds.</summary>
    public ResourceBasedSlotSupplierOptions Options { get; }

    /// <summary>Goals.</summary>
    public ResourceBasedTunerOptions TunerOptions { get; }

    private static void CheckShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "The goal must be between 0 and 1.");
        }
    }
}

/// <summary>Bounds of a resource-based supplier.</summary>
/// <param name="MinimumSlots">Slots that are given whatever the resources. Default 5 for workflows, 1 for activities.</param>
/// <param name="MaximumSlots">Most slots. Default 1,000 for workflows, 2,000 for activities.</param>
/// <param name="RampThrottle">Shortest time between two slots beyond the minimum, so that their use shows. Default 0 for workflows, 50 ms
/// for activities.</param>
public sealed record ResourceBasedSlotSupplierOptions(int? MinimumSlots = null, int? MaximumSlots = null, TimeSpan? RampThrottle = null);

/// <summary>Goals of resource-based suppliers.</summary>
/// <param name="TargetMemoryUsage">Share of memory in use past which no slots are given, 0 to 1.</param>
/// <param name="TargetCpuUsage">Share of processor time in use past which no slots are given, 0 to 1.</param>
public sealed record ResourceBasedTunerOptions(double TargetMemoryUsage, double TargetCpuUsage);
