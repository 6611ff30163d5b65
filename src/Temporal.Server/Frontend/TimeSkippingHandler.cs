using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Timers;
using Temporalio.Api.TestService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// The test service: while time skipping is unlocked and nothing is to be done (no task queued or started, no query open), the clock jumps
/// to the next due time, one at a time.
/// Locked, as at the start, it goes like any clock.
/// </summary>
internal sealed class TimeSkippingHandler(SkippingClock clock, TimerService timers, WorkflowEngine engine) : IServiceHandler
{
    private readonly Lock _lock = new();
    private int _locks = 1;
    private int _sleepers;

    /// <inheritdoc/>
    public void Register(RpcTable table)
    {
        const string Service = RpcTable.TestService;
        table.Add(
            (LockTimeSkippingRequest _) =>
            {
                Change(1);
                return new LockTimeSkippingResponse();
            }
        );
        table.Add(
            (UnlockTimeSkippingRequest _) =>
            {
                Change(-1);
                return new UnlockTimeSkippingResponse();
            }
        );
        table.AddAsync<Empty, GetCurrentTimeResponse>(
            Service,
            "GetCurrentTime",
            (_, _) => ValueTask.FromResult(new GetCurrentTimeResponse { Time = Timestamp.FromDateTimeOffset(clock.GetUtcNow()) })
        );
        table.AddAsync<SleepRequest, SleepResponse>(
            async (context, request) => await SleepAsync(context, clock.GetUtcNow() + Span(request.Duration))
        );
        table.AddAsync<SleepUntilRequest, SleepResponse>(
            async (context, request) => await SleepAsync(context, request.Timestamp?.ToDateTimeOffset() ?? clock.GetUtcNow())
        );
        table.AddAsync<SleepRequest, SleepResponse>(
            Service,
            "UnlockTimeSkippingWithSleep",
            async (context, request) => await SkipAsync(context, clock.GetUtcNow() + Span(request.Duration))
        );
    }

    /// <inheritdoc/>
    public void Start() => timers.WorkDone += Skip;

    private void Change(int by)
    {
        lock (_lock)
        {
            if (_locks + by < 0)
            {
                throw RpcErrors.FailedPrecondition("Time skipping is not locked: every unlock needs a lock before it");
            }

            _locks += by;
        }

        Skip();
    }

    private void Skip()
    {
        lock (_lock)
        {
            // Who sleeps holds nothing up: neither the lock that is on by itself, nor the activity that it may be. A timer that goes off
            // while the engine is looked at may have made work for it.
            if (
                _locks - _sleepers > 0
                || timers.AtRest is not { NextDue: { } due } rest
                || !engine.IsIdle(startedActivities: _sleepers - _locks)
                || timers.AtRest != rest
            )
            {
                return;
            }

            clock.SkipTo(due);
        }

        timers.Reconsider();
    }

    private async Task<SleepResponse> SleepAsync(RpcCall context, DateTimeOffset until)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = timers.Schedule(until, () => done.TrySetResult());
        Skip();
        await done.Task.WaitAsync(context.CancellationToken);
        return new SleepResponse();
    }

    /// <summary>Sleeps and lets time be skipped for that long, to the moment: what is due later stays so.</summary>
    private async Task<SleepResponse> SkipAsync(RpcCall context, DateTimeOffset until)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asleep = 1;
        lock (_lock)
        {
            _sleepers++;
        }

        // In the timer's own turn: once it is over, time may be skipped further.
        using var timer = timers.Schedule(
            until,
            () =>
            {
                WakeUp();
                done.TrySetResult();
            }
        );
        try
        {
            Skip();
            await done.Task.WaitAsync(context.CancellationToken);
            return new SleepResponse();
        }
        finally
        {
            WakeUp();
        }

        void WakeUp()
        {
            if (Interlocked.Exchange(ref asleep, 0) == 1)
            {
                lock (_lock)
                {
                    _sleepers--;
                }
            }
        }
    }

    private static TimeSpan Span(Duration? duration) =>
        duration is null ? TimeSpan.Zero
        : duration.Seconds is >= 0 and < 3_000_000_000 ? TimeSpan.FromSeconds(duration.Seconds) + TimeSpan.FromTicks(duration.Nanos / 100)
        : throw RpcErrors.InvalidArgument("Duration is negative or longer than a hundred years");
}
