using Temporalio.Api.Worker.V1;
using Temporalio.Common;
using Temporalio.Worker.Tuning;

namespace Temporalio.Worker.Telemetry;

/// <summary>How the slots of one kind are used, and how the tasks in them ended.</summary>
internal sealed class SlotStatistics
{
    private readonly MetricGauge<long> _used;
    private readonly MetricGauge<long> _available;
    private readonly string _supplierKind;
    private readonly int? _count;
    private int _usedNow;
    private int _processed;
    private int _failed;
    private int _reportedProcessed;
    private int _reportedFailed;

    public SlotStatistics(MetricMeter meter, string workerType, SlotSupplier supplier)
    {
        var tagged = meter.WithTags([new("worker_type", workerType)]);
        _used = tagged.CreateGauge<long>("temporal_worker_task_slots_used");
        _available = tagged.CreateGauge<long>("temporal_worker_task_slots_available");
        _count = (supplier as FixedSizeSlotSupplier)?.SlotCount;
        _supplierKind = supplier switch
        {
            FixedSizeSlotSupplier => "Fixed",
            ResourceBasedSlotSupplier => "ResourceBased",
            _ => supplier.GetType().Name,
        };
        Report(0);
    }

    public void Taken() => Report(Interlocked.Increment(ref _usedNow));

    public void Released() => Report(Interlocked.Decrement(ref _usedNow));

    public void Processed(bool failed)
    {
        Interlocked.Increment(ref _processed);
        if (failed)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    /// <summary>For a heartbeat; what is counted per interval begins anew with it.</summary>
    public WorkerSlotsInfo ToProto()
    {
        var (used, processed, failed) = (Volatile.Read(ref _usedNow), Volatile.Read(ref _processed), Volatile.Read(ref _failed));
        return new()
        {
            CurrentUsedSlots = used,
            CurrentAvailableSlots = _count - used ?? 0,
            SlotSupplierKind = _supplierKind,
            TotalProcessedTasks = processed,
            TotalFailedTasks = failed,
            LastIntervalProcessedTasks = processed - Interlocked.Exchange(ref _reportedProcessed, processed),
            LastIntervalFailureTasks = failed - Interlocked.Exchange(ref _reportedFailed, failed),
        };
    }

    private void Report(int used)
    {
        _used.Set(used);
        if (_count is { } count)
        {
            _available.Set(count - used);
        }
    }
}
