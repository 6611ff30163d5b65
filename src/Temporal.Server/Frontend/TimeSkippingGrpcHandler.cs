using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Timers;
using Temporalio.Api.TestService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// Implements Temporal's test service. The server is idle while no task is queued or started and no query is open. While time skipping is
/// unlocked and the server is idle, the clock jumps from one due time to the next. While time skipping is locked, as it is initially, the
/// clock runs normally.
/// </summary>
internal sealed class TimeSkippingGrpcHandler(SkippingClock clock, TimerService timers, WorkflowEngine engine) : IServiceHandler
{
    private readonly Lock _lock = new();
    private int _locks = 1;
    private int _sleepers;

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        const string Service = GrpcMethodRegistry.TestService;
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
                throw GrpcErrorFactory.FailedPrecondition("Time skipping is not locked; every unlock needs an earlier lock");
            }

            _locks += by;
        }

        Skip();
    }

    private void Skip()
    {
        lock (_lock)
        {
            // A sleeping call blocks no skip: it cancels out one lock, or one started activity from which it may have come. AtRest is
            // compared again because a timer that fires during the idle check may have created work.
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

        timers.CheckClock();
    }

    private async Task<SleepResponse> SleepAsync(IncomingGrpcCall context, DateTimeOffset until)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = timers.Schedule(until, () => done.TrySetResult());
        Skip();
        await done.Task.WaitAsync(context.CancellationToken);
        return new SleepResponse();
    }

    /// <summary>
    /// Sleeps until the specified time while time skipping is unlocked. The clock skips exactly to that time, so timers that are due later
    /// do not fire yet.
    /// </summary>
    private async Task<SleepResponse> SkipAsync(IncomingGrpcCall context, DateTimeOffset until)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asleep = 1;
        lock (_lock)
        {
            _sleepers++;
        }

        // Wakes up inside the timer's callback, because time may be skipped further as soon as the callback returns.
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
        : throw GrpcErrorFactory.InvalidArgument("Duration is negative or longer than a hundred years");
}
