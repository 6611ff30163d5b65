using Temporalio.Common;
using Temporalio.Worker.Tuning;

namespace Temporalio.Worker.Telemetry;

/// <summary>All that one worker counts: what its metrics and its heartbeats are made of.</summary>
internal sealed class WorkerStatistics(MetricMeter meter, TemporalWorkerOptions options, IWorkerTuner tuner)
{
    public TaskMetrics Metrics { get; } = new(meter);

    public CacheStatistics Cache => field ??= new(Metrics);

    public SlotStatistics WorkflowSlots { get; } = new(meter, "WorkflowWorker", tuner.WorkflowTaskSlotSupplier);

    public SlotStatistics ActivitySlots { get; } = new(meter, "ActivityWorker", tuner.ActivityTaskSlotSupplier);

    public SlotStatistics LocalActivitySlots { get; } = new(meter, "LocalActivityWorker", tuner.LocalActivitySlotSupplier);

    public PollStatistics WorkflowPolls { get; } =
        PollStatistics.ForWorkflows(meter, sticky: false, options.WorkflowTaskPollerBehavior is PollerBehavior.Autoscaling, options.Time);

    public PollStatistics StickyPolls { get; } =
        PollStatistics.ForWorkflows(meter, sticky: true, options.WorkflowTaskPollerBehavior is PollerBehavior.Autoscaling, options.Time);

    public PollStatistics ActivityPolls { get; } =
        PollStatistics.ForActivities(meter, options.ActivityTaskPollerBehavior is PollerBehavior.Autoscaling, options.Time);
}
