using System.Threading.Channels;
using Temporalio.Workflows;
using Mutex = Temporalio.Workflows.Mutex;
using Semaphore = Temporalio.Workflows.Semaphore;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Order among those who wait for the same thing: locks, permits, conditions, channels, tokens.</summary>
internal static class LockOrderingScenarios
{
    public static IReadOnlyDictionary<string, Func<OrderingWorkflow, Task>> All { get; } =
        new Dictionary<string, Func<OrderingWorkflow, Task>>
        {
            ["who waits for a mutex comes before who has just released it"] = async w =>
            {
                var mutex = new Mutex();
                await mutex.WaitOneAsync();
                var waiter = HoldAsync(w, mutex, "waiter");
                mutex.ReleaseMutex();
                await HoldAsync(w, mutex, "again");
                await waiter;
            },
            ["a mutex that is released in finally goes to the next after an error"] = async w =>
            {
                var mutex = new Mutex();
                async Task FailAsync()
                {
                    await mutex.WaitOneAsync();
                    try
                    {
                        await Workflow.DelayAsync(5);
                        throw new FormatException();
                    }
                    finally
                    {
                        w.Log("released");
                        mutex.ReleaseMutex();
                    }
                }

                var failing = FailAsync();
                var next = HoldAsync(w, mutex, "next");
                await OrderingSteps.CaughtAsync<FormatException>(w, failing, "failed");
                await next;
            },
            ["two mutexes taken crosswise by cancellable waiters come free"] = async w =>
            {
                var (one, two) = (new Mutex(), new Mutex());
                using var cancel = new CancellationTokenSource();
                async Task TakeBothAsync(string name, Mutex first, Mutex second)
                {
                    await first.WaitOneAsync();
                    try
                    {
                        await Task.Yield();
                        await second.WaitOneAsync(cancel.Token);
                        w.Log($"{name} both");
                        second.ReleaseMutex();
                    }
                    catch (OperationCanceledException)
                    {
                        w.Log($"{name} gave up");
                    }
                    finally
                    {
                        first.ReleaseMutex();
                    }
                }

                var both = Task.WhenAll(TakeBothAsync("a", one, two), TakeBothAsync("b", two, one));
                await Workflow.DelayAsync(5);
                cancel.Cancel();
                await both;
                w.Log($"{await one.WaitOneAsync(0)} {await two.WaitOneAsync(0)}");
            },
            ["a permit goes to the first of three that wait"] = async w =>
            {
                var semaphore = new Semaphore(1);
                await semaphore.WaitAsync();
                var waiters = new[] { "a", "b", "c" }.Select(name => OrderingSteps.ThenAsync(w, semaphore.WaitAsync(), name)).ToList();
                for (var released = 0; released < 3; released++)
                {
                    w.Log("release");
                    semaphore.Release();
                    await Workflow.DelayAsync(1);
                }

                await Workflow.WhenAllAsync(waiters);
            },
            ["a cancelled waiter leaves the queue of a semaphore"] = async w =>
            {
                var semaphore = new Semaphore(1);
                using var cancel = new CancellationTokenSource();
                await semaphore.WaitAsync();
                var gone = OrderingSteps.CaughtAsync<OperationCanceledException>(w, semaphore.WaitAsync(cancel.Token), "gone");
                var next = OrderingSteps.ThenAsync(w, semaphore.WaitAsync(), "next");
                cancel.Cancel();
                await gone;
                semaphore.Release();
                await next;
            },
            ["a semaphore with a timeout gives up and is then free"] = async w =>
            {
                var semaphore = new Semaphore(1);
                await semaphore.WaitAsync();
                w.Log($"{await semaphore.WaitAsync(10)}");
                semaphore.Release();
                w.Log($"{await semaphore.WaitAsync(10)} {semaphore.CurrentCount}");
            },
            ["a condition that is true at once still lets others go first"] = async w =>
            {
                var through = OrderingSteps.ThenAsync(w, Workflow.WaitConditionAsync(() => true), "through");
                var other = Workflow.RunTaskAsync(() =>
                {
                    w.Log("other");
                    return Task.CompletedTask;
                });
                await Workflow.WhenAllAsync(through, other);
            },
            ["a condition set up by one that has resumed is looked at in the same task"] = async w =>
            {
                var count = 0;
                var second = Workflow.RunTaskAsync(async () =>
                {
                    await Workflow.WaitConditionAsync(() => count == 2);
                    w.Log("second");
                });
                await Workflow.WaitConditionAsync(() => count == 0);
                w.Log("first");
                count = 1;
                await Workflow.WaitConditionAsync(() => count == 1);
                w.Log("third");
                count = 2;
                await second;
            },
            ["of two conditions the one whose timer fires is not the one that holds"] = async w =>
            {
                var open = false;
                var early = Workflow.WaitConditionAsync(() => open, 20);
                var late = Workflow.WaitConditionAsync(() => open, TimeSpan.FromMinutes(5));
                w.Log($"{await early}");
                open = true;
                w.Log($"{await late}");
            },
            ["a bounded channel holds its writer up"] = async w =>
            {
                var channel = Channel.CreateBounded<int>(1);
                async Task WriteAsync()
                {
                    for (var item = 0; item < 3; item++)
                    {
                        await channel.Writer.WriteAsync(item);
                        w.Log($"written {item}");
                    }

                    channel.Writer.Complete();
                }

                var writing = WriteAsync();
                while (await channel.Reader.WaitToReadAsync())
                {
                    w.Log($"read {await channel.Reader.ReadAsync()}");
                }

                await writing;
            },
            ["two readers of one channel take turns"] = async w =>
            {
                var channel = Channel.CreateUnbounded<int>();
                async Task ReadAsync(string name)
                {
                    for (var read = 0; read < 2; read++)
                    {
                        w.Log($"{name}{await channel.Reader.ReadAsync()}");
                    }
                }

                var readers = Workflow.WhenAllAsync(ReadAsync("a"), ReadAsync("b"));
                for (var item = 0; item < 4; item++)
                {
                    await channel.Writer.WriteAsync(item);
                    await Workflow.DelayAsync(1);
                }

                await readers;
            },
            ["a channel that is completed with an error fails its reader"] = async w =>
            {
                var channel = Channel.CreateUnbounded<int>();
                var reading = OrderingSteps.CaughtAsync<FormatException>(
                    w,
                    Workflow.RunTaskAsync(async () =>
                    {
                        while (await channel.Reader.WaitToReadAsync())
                        {
                            w.Log("read");
                            channel.Reader.TryRead(out _);
                        }
                    }),
                    "failed"
                );
                channel.Writer.TryWrite(1);
                await Workflow.DelayAsync(1);
                channel.Writer.Complete(new FormatException());
                await reading;
            },
            ["what was registered last with a token is told first"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                cancel.Token.Register(() => w.Log("first"));
                cancel.Token.Register(() => w.Log("last"));
                var waiting = new[] { "a", "b" }
                    .Select(name =>
                        OrderingSteps.CaughtAsync<OperationCanceledException>(w, Workflow.DelayAsync(60_000, cancel.Token), name)
                    )
                    .ToList();
                cancel.Cancel();
                await Workflow.WhenAllAsync(waiting);
            },
            ["a second cancellation tells nobody"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                cancel.Token.Register(() => w.Log("told"));
                cancel.Cancel();
                cancel.Cancel();
                w.Log($"{cancel.IsCancellationRequested}");
            },
            ["a registration that is gone is not told"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                var registration = cancel.Token.Register(() => w.Log("told"));
                await registration.DisposeAsync();
                cancel.Cancel();
                w.Log("done");
            },
            ["a timer that has fired is not cancelled any more"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                await Workflow.DelayAsync(1, cancel.Token);
                cancel.Cancel();
                w.Log("fired");
            },
        };

    private static async Task HoldAsync(OrderingWorkflow w, Mutex mutex, string name)
    {
        await mutex.WaitOneAsync();
        w.Log($"{name} in");
        await Workflow.DelayAsync(1);
        w.Log($"{name} out");
        mutex.ReleaseMutex();
    }
}
