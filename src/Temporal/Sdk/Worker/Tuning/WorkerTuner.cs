namespace Temporalio.Worker.Tuning;

/// <summary>The slot suppliers of a worker.</summary>
public interface IWorkerTuner
{
    /// <summary>For workflow tasks.</summary>
    SlotSupplier WorkflowTaskSlotSupplier { get; }

    /// <summary>For activities.</summary>
    SlotSupplier ActivityTaskSlotSupplier { get; }

    /// <summary>For local activities.</summary>
    SlotSupplier LocalActivitySlotSupplier { get; }
}

/// <summary>The slot suppliers of a worker.</summary>
public class WorkerTuner : IWorkerTuner
{
    /// <summary>From suppliers.</summary>
    public WorkerTuner(
        SlotSupplier workflowTaskSlotSupplier,
        SlotSupplier activityTaskSlotSupplier,
        SlotSupplier localActivitySlotSupplier,
        SlotSupplier nexusTaskSlotSupplier
    )
    {
        WorkflowTaskSlotSupplier = workflowTaskSlotSupplier;
        ActivityTaskSlotSupplier = activityTaskSlotSupplier;
        LocalActivitySlotSupplier = localActivitySlotSupplier;
        NexusTaskSlotSupplier = nexusTaskSlotSupplier;
    }

    /// <inheritdoc />
    public SlotSupplier WorkflowTaskSlotSupplier { get; init; }

    /// <inheritdoc />
    public SlotSupplier ActivityTaskSlotSupplier { get; init; }

    /// <inheritdoc />
    public SlotSupplier LocalActivitySlotSupplier { get; init; }

    /// <summary>For Nexus operations, which this worker does not run: it is never asked.</summary>
    public SlotSupplier NexusTaskSlotSupplier { get; init; }

    /// <summary>Looks for what the suppliers contradict each other in.</summary>
    /// <exception cref="ArgumentException">A supplier is missing, or resource-based ones have different goals.</exception>
    internal void Check()
    {
        SlotSupplier?[] all = [WorkflowTaskSlotSupplier, ActivityTaskSlotSupplier, LocalActivitySlotSupplier];
        if (all.Contains(null))
        {
            throw new ArgumentException("Tuner needs a slot supplier for workflow tasks, activities and local activities.");
        }

        // They judge one machine.
        if (all.OfType<ResourceBasedSlotSupplier>().Select(supplier => supplier.TunerOptions).Distinct().Count() > 1)
        {
            throw new ArgumentException("All resource-based slot suppliers of a worker must have the same ResourceBasedTunerOptions.");
        }
    }

    /// <summary>Fixed numbers of slots.</summary>
    public static WorkerTuner CreateFixedSize(
        int workflowTaskSlots,
        int activityTaskSlots,
        int localActivitySlots,
        int nexusTaskSlots = 100
    ) =>
        new(
            new FixedSizeSlotSupplier(workflowTaskSlots),
            new FixedSizeSlotSupplier(activityTaskSlots),
            new FixedSizeSlotSupplier(localActivitySlots),
            new FixedSizeSlotSupplier(nexusTaskSlots)
        );

    /// <summary>As many slots as memory and processor allow.</summary>
    public static WorkerTuner CreateResourceBased(
        double targetMemoryUsage,
        double targetCpuUsage,
        ResourceBasedSlotSupplierOptions? workflowOptions = null,
        ResourceBasedSlotSupplierOptions? activityOptions = null,
        ResourceBasedSlotSupplierOptions? localActivityOptions = null,
        ResourceBasedSlotSupplierOptions? nexusOptions = null
    )
    {
        var goals = new ResourceBasedTunerOptions(targetMemoryUsage, targetCpuUsage);
        return new(
            new ResourceBasedSlotSupplier(workflowOptions ?? new(), goals),
            new ResourceBasedSlotSupplier(activityOptions ?? new(), goals),
            new ResourceBasedSlotSupplier(localActivityOptions ?? new(), goals),
            new ResourceBasedSlotSupplier(nexusOptions ?? new(), goals)
        );
    }
}

/// <summary>How many polls a worker keeps open.</summary>
public abstract class PollerBehavior
{
    private PollerBehavior() { }

    /// <summary>Up to a number, each as soon as it has a slot.</summary>
    public sealed class SimpleMaximum : PollerBehavior
    {
        /// <summary>With a number.</summary>
        public SimpleMaximum(int maximum)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
            Maximum = maximum;
        }

        /// <summary>Most polls at once.</summary>
        public int Maximum { get; }
    }

    /// <summary>More or fewer as the server advises.</summary>
    public sealed class Autoscaling : PollerBehavior
    {
        /// <summary>With bounds.</summary>
        public Autoscaling(int minimum = 1, int maximum = 100, int initial = 5)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
            ArgumentOutOfRangeException.ThrowIfLessThan(initial, minimum);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(initial, maximum);
            Minimum = minimum;
            Maximum = maximum;
            Initial = initial;
        }

        /// <summary>Fewest polls.</summary>
        public int Minimum { get; }

        /// <summary>Most polls.</summary>
        public int Maximum { get; }

        /// <summary>Polls at the beginning.</summary>
        public int Initial { get; }
    }
}
