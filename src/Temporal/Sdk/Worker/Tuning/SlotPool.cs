using Microsoft.Extensions.Logging;
using Temporalio.Worker.Telemetry;

namespace Temporalio.Worker.Tuning;

/// <summary>Slots of one kind, from whichever supplier.</summary>
internal abstract class SlotPool
{
    /// <summary>Workflow slots that a resource-based supplier gives whatever the resources, unless told otherwise.</summary>
    public const int DefaultMinimumWorkflowSlots = 5;

    /// <summary>Told of slots that get a task and that are free again.</summary>
    public required SlotStatistics Statistics { protected get; init; }

    /// <summary>A pool over a supplier.</summary>
    /// <param name="resources">What the process uses, measured once for all pools of a worker.</param>
    public static SlotPool Create(
        SlotSupplier supplier,
        SlotReserveContext context,
        SlotStatistics statistics,
        ResourceMeter resources,
        TimeProvider time,
        ILogger logger
    ) =>
        supplier switch
        {
            FixedSizeSlotSupplier fixedSize => new FixedPool(fixedSize.SlotCount) { Statistics = statistics },
            CustomSlotSupplier custom => new CustomPool(custom, context, logger) { Statistics = statistics },
            ResourceBasedSlotSupplier resourceBased => new ResourcePool(resourceBased, context.SlotType, resources, time)
            {
                Statistics = statistics,
            },
            _ => throw new ArgumentException($"{supplier.GetType()} is no known kind of slot supplier.", nameof(supplier)),
        };

    /// <summary>Waits for a slot.</summary>
    /// <param name="sticky">Whether it is for the worker's own queue.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SlotReservation> ReserveAsync(bool sticky, CancellationToken cancellationToken) =>
        new(this, await TakeAsync(sticky, cancellationToken));

    /// <summary>A slot if there is one at once.</summary>
    public SlotReservation? TryReserve() => TryTake() is { } permit ? new(this, permit) : null;

    internal void Use(SlotInfo info, SlotPermit permit)
    {
        Statistics.Taken();
        OnUsed(info, permit);
    }

    internal void Release(SlotInfo? info, SlotPermit permit)
    {
        if (info is not null)
        {
            Statistics.Released();
        }

        OnReleased(info, permit);
    }

    protected abstract Task<SlotPermit> TakeAsync(bool sticky, CancellationToken cancellationToken);

    protected abstract SlotPermit? TryTake();

    protected virtual void OnUsed(SlotInfo info, SlotPermit permit) { }

    protected abstract void OnReleased(SlotInfo? info, SlotPermit permit);

    private sealed class FixedPool(int count) : SlotPool
    {
        private static readonly SlotPermit Permit = new();

        private readonly SemaphoreSlim _free = new(count, count);

        protected override async Task<SlotPermit> TakeAsync(bool sticky, CancellationToken cancellationToken)
        {
            await _free.WaitAsync(cancellationToken);
            return Permit;
        }

        protected override SlotPermit? TryTake() => _free.Wait(0) ? Permit : null;

        protected override void OnReleased(SlotInfo? info, SlotPermit permit) => _free.Release();
    }

    private sealed class CustomPool(CustomSlotSupplier supplier, SlotReserveContext context, ILogger logger) : SlotPool
    {
        private static readonly TimeSpan AfterError = TimeSpan.FromSeconds(1);

        protected override async Task<SlotPermit> TakeAsync(bool sticky, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    return await supplier.ReserveSlotAsync(sticky ? context with { IsSticky = true } : context, cancellationToken);
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.SlotSupplierFailed(logger, error, context.SlotType);
                    await Task.Delay(AfterError, cancellationToken);
                }
            }
        }

        protected override SlotPermit? TryTake()
        {
            try
            {
                return supplier.TryReserveSlot(context);
            }
            catch (Exception error)
            {
                Log.SlotSupplierFailed(logger, error, context.SlotType);
                return null;
            }
        }

        protected override void OnUsed(SlotInfo info, SlotPermit permit) => Guarded(() => supplier.MarkSlotUsed(new(info, permit)));

        protected override void OnReleased(SlotInfo? info, SlotPermit permit) => Guarded(() => supplier.ReleaseSlot(new(info, permit)));

        private void Guarded(Action call)
        {
            try
            {
                call();
            }
            catch (Exception error)
            {
                Log.SlotSupplierFailed(logger, error, context.SlotType);
            }
        }
    }

    /// <summary>Gives slots while memory and processor are below their goals.</summary>
    private sealed class ResourcePool : SlotPool
    {
        private static readonly SlotPermit Permit = new();

        private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

        private readonly Lock _lock = new();
        private readonly ResourceMeter _meter;
        private readonly TimeProvider _time;
        private readonly ResourceBasedTunerOptions _goals;
        private readonly int _minimum;
        private readonly int _maximum;
        private readonly TimeSpan _throttle;

        private int _taken;
        private DateTimeOffset _last;

        public ResourcePool(ResourceBasedSlotSupplier supplier, SlotType type, ResourceMeter meter, TimeProvider time)
        {
            var workflows = type == SlotType.Workflow;
            _goals = supplier.TunerOptions;
            _minimum = supplier.Options.MinimumSlots ?? (workflows ? DefaultMinimumWorkflowSlots : 1);
            _maximum = supplier.Options.MaximumSlots ?? (workflows ? 1000 : 2000);
            _throttle = supplier.Options.RampThrottle ?? (workflows ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50));
            _time = time;
            _meter = meter;
        }

        protected override async Task<SlotPermit> TakeAsync(bool sticky, CancellationToken cancellationToken)
        {
            while (true)
            {
                if (TryTake() is { } permit)
                {
                    return permit;
                }

                await Task.Delay(Recheck, _time, cancellationToken);
            }
        }

        protected override SlotPermit? TryTake()
        {
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                var allowed =
                    _taken < _minimum
                    || (
                        _taken < _maximum
                        && now - _last >= _throttle
                        && _meter.MemoryUsage < _goals.TargetMemoryUsage
                        && _meter.CpuUsage < _goals.TargetCpuUsage
                    );
                if (!allowed)
                {
                    return null;
                }

                _taken++;
                _last = now;
                return Permit;
            }
        }

        protected override void OnReleased(SlotInfo? info, SlotPermit permit)
        {
            lock (_lock)
            {
                _taken--;
            }
        }
    }
}

/// <summary>A reserved slot; disposing releases it.</summary>
internal sealed class SlotReservation(SlotPool pool, SlotPermit permit) : IDisposable
{
    private SlotInfo? _info;
    private int _released;

    /// <summary>Says what the slot is used for.</summary>
    public void MarkUsed(SlotInfo info)
    {
        _info = info;
        pool.Use(info, permit);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            pool.Release(_info, permit);
        }
    }
}
