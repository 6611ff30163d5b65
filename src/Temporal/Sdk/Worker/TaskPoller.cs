using Microsoft.Extensions.Logging;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker.Telemetry;
using Temporalio.Worker.Tuning;

namespace Temporalio.Worker;

/// <summary>What polls of one kind have in common.</summary>
/// <typeparam name="TTask">Type of the answer.</typeparam>
internal sealed record TaskPollerOptions<TTask>
{
    public required string TaskQueue { get; init; }

    public required PollerBehavior Behavior { get; init; }

    public required SlotPool Slots { get; init; }

    /// <summary>Whether the queue is the worker's own.</summary>
    public bool Sticky { get; init; }

    /// <summary>Waited for after a slot was got and before the poll.</summary>
    public Func<CancellationToken, Task> Throttle { get; init; } = _ => Task.CompletedTask;

    public required Func<CancellationToken, Task<TTask>> Poll { get; init; }

    public required Func<TTask, bool> IsEmpty { get; init; }

    public required Func<TTask, PollerScalingDecision?> ScalingOf { get; init; }

    /// <summary>Takes over the task and its slot.</summary>
    public required Action<TTask, SlotReservation> Dispatch { get; init; }

    public required PollStatistics Statistics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}

/// <summary>
/// Keeps polls open. A slot is reserved before each poll, so that a task that arrives can be worked on; failed polls are tried again with
/// growing waits, and errors that mean that polling will never work end the worker when they last.
/// </summary>
internal sealed class TaskPoller<TTask>(TaskPollerOptions<TTask> options)
    where TTask : class
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly RpcRetryOptions Backoff = new()
    {
        InitialInterval = TimeSpan.FromMilliseconds(200),
        MaxInterval = TimeSpan.FromSeconds(2),
        MaxElapsedTime = null,
        MaxRetries = int.MaxValue,
    };

    private readonly Lock _lock = new();
    private readonly List<Task> _pollers = [];
    private int _count;

    /// <summary>Polls until told to stop.</summary>
    /// <param name="stop">Cancelled: no further poll is begun, those that are open are waited for.</param>
    /// <param name="abort">Cancelled: open polls are given up.</param>
    /// <exception cref="RpcException">Polling is refused for good.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        var initial = options.Behavior switch
        {
            PollerBehavior.SimpleMaximum simple => simple.Maximum,
            PollerBehavior.Autoscaling scaling => scaling.Initial,
            _ => throw new InvalidOperationException($"{options.Behavior.GetType()} is no known poller behavior."),
        };
        for (var index = 0; index < initial; index++)
        {
            Add(stop, abort);
        }

        while (true)
        {
            Task[] running;
            lock (_lock)
            {
                running = [.. _pollers];
            }

            if (running.Length == 0)
            {
                return;
            }

            // The first that fails decides; the worker then stops the others.
            var ended = await Task.WhenAny(running);
            await ended;
            lock (_lock)
            {
                _pollers.Remove(ended);
            }
        }
    }

    private void Add(CancellationToken stop, CancellationToken abort)
    {
        lock (_lock)
        {
            _count++;
            _pollers.Add(Task.Run(() => PollAsync(stop, abort), CancellationToken.None));
        }
    }

    private async Task PollAsync(CancellationToken stop, CancellationToken abort)
    {
        var failures = 0;
        long firstFailure = 0;
        while (!stop.IsCancellationRequested)
        {
            SlotReservation? slot = null;
            try
            {
                slot = await options.Slots.ReserveAsync(options.Sticky, stop);
                await options.Throttle(stop);
                var task = await PollOnceAsync(abort);
                failures = 0;
                if (!options.IsEmpty(task))
                {
                    var taken = slot;
                    slot = null;
                    options.Dispatch(task, taken);
                }

                if (options.ScalingOf(task) is { } decision && !Scale(decision.PollRequestDeltaSuggestion, stop, abort))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested || abort.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException error) when (error.Code is RpcException.StatusCode.DeadlineExceeded or RpcException.StatusCode.Cancelled)
            {
                // The same as an empty answer, unless a proxy sends it at once: then the loop must not spin.
                failures = 0;
                await WaitAsync(Backoff.InitialInterval, stop);
            }
            catch (RpcException error)
            {
                slot?.Dispose();
                slot = null;
                if (failures++ == 0)
                {
                    firstFailure = options.Time.GetTimestamp();
                }

                if (!RpcRetrier.IsRetryable(error) && options.Time.GetElapsedTime(firstFailure) > Patience)
                {
                    throw;
                }

                var unavailable = new RpcException(RpcException.StatusCode.Unavailable, error.Message, null);
                var kind = RpcRetrier.IsRetryable(error) ? error : unavailable;
                var delay = RpcRetrier.NextDelay(Backoff, kind, failures, TimeSpan.Zero, Random.Shared.NextDouble()) ?? Backoff.MaxInterval;
                if (!stop.IsCancellationRequested)
                {
                    Log.PollFailed(options.Logger, error, options.TaskQueue, delay);
                    await WaitAsync(delay, stop);
                }
            }
            catch (Exception error)
            {
                // A task that cannot even be looked at, or a fault of our own: the next one may be another.
                Log.PollFailed(options.Logger, error, options.TaskQueue, Backoff.MaxInterval);
                await WaitAsync(Backoff.MaxInterval, stop);
            }
            finally
            {
                slot?.Dispose();
            }
        }
    }

    private async Task<TTask> PollOnceAsync(CancellationToken abort)
    {
        options.Statistics.Opened();
        try
        {
            var task = await options.Poll(abort);
            options.Statistics.Answered(options.IsEmpty(task));
            return task;
        }
        finally
        {
            options.Statistics.Closed();
        }
    }

    /// <summary>Follows the server's advice; false when this poller shall end.</summary>
    private bool Scale(int delta, CancellationToken stop, CancellationToken abort)
    {
        if (options.Behavior is not PollerBehavior.Autoscaling scaling)
        {
            return true;
        }

        lock (_lock)
        {
            if (delta < 0 && _count > scaling.Minimum)
            {
                _count--;
                return false;
            }

            for (; delta > 0 && _count < scaling.Maximum; delta--)
            {
                Add(stop, abort);
            }

            return true;
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, options.Time, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
