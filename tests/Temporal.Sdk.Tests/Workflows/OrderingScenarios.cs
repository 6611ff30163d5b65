using System.Threading.Channels;
using Temporalio.Workflows;
using Mutex = Temporalio.Workflows.Mutex;
using Semaphore = Temporalio.Workflows.Semaphore;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Small pieces of workflow code in .NET's own terms. What they log must come in the same order, live and on replay.</summary>
internal static class OrderingScenarios
{
    private static readonly AsyncLocal<string?> Flowing = new();

    /// <summary>The scenarios by name.</summary>
    public static IReadOnlyDictionary<string, Func<OrderingWorkflow, Task>> All { get; } =
        new Dictionary<string, Func<OrderingWorkflow, Task>>
        {
            ["async method runs to its first wait"] = async w =>
            {
                var task = Named(w, "a", waits: 1);
                w.Log("caller");
                await task;
            },
            ["yields take turns"] = w => Task.WhenAll(Named(w, "a", 2), Named(w, "b", 2)),
            ["started tasks run in order"] = async w =>
            {
                var tasks = new[] { "a", "b", "c" }.Select(n => Workflow.RunTaskAsync(() => Named(w, n, 0))).ToList();
                w.Log("started");
                await Workflow.WhenAllAsync(tasks);
            },
            ["when all keeps the order of arguments"] = async w =>
            {
                var results = await Workflow.WhenAllAsync(After(40, "slow"), After(5, "fast"));
                w.Log(string.Join(",", results));
            },
            ["when any gives the first to end"] = async w =>
            {
                var first = await Workflow.WhenAnyAsync(After(400, "slow"), After(5, "fast"));
                w.Log(await first);
            },
            ["when any of ended tasks gives the first argument"] = async w =>
                w.Log(await await Workflow.WhenAnyAsync(Task.FromResult("a"), Task.FromResult("b"))),
            ["when any in a loop gives each once"] = async w =>
            {
                var open = new List<Task<string>> { After(150, "c"), After(5, "a"), After(70, "b") };
                while (open.Count > 0)
                {
                    var ended = await Workflow.WhenAnyAsync(open);
                    open.Remove(ended);
                    w.Log(await ended);
                }
            },
            ["framework when any is in order too"] = async w => w.Log(await await Task.WhenAny(After(300, "slow"), After(5, "fast"))),
            ["completion source resumes later"] = async w =>
            {
                var source = new TaskCompletionSource();
                var waiter = Continue(w, source.Task, "resumed");
                source.SetResult();
                w.Log("set");
                await waiter;
            },
            ["completion source resumes its first waiter last"] = async w =>
            {
                var source = new TaskCompletionSource();
                var waiters = new[] { "a", "b", "c" }.Select(n => Continue(w, source.Task, n)).ToList();
                source.SetResult();
                await Task.WhenAll(waiters);
            },
            ["conditions resume in order of registration"] = async w =>
            {
                var open = false;
                var waiters = new[] { "a", "b", "c" }.Select(n => Continue(w, Workflow.WaitConditionAsync(() => open), n)).ToList();
                open = true;
                await Task.WhenAll(waiters);
            },
            ["a condition that the first waiter undoes keeps the second waiting"] = async w =>
            {
                var count = 0;
                async Task TakeAsync(string name)
                {
                    await Workflow.WaitConditionAsync(() => count > 0);
                    count--;
                    w.Log($"{name} {count}");
                }

                var both = Task.WhenAll(TakeAsync("a"), TakeAsync("b"));
                count = 1;
                await Workflow.DelayAsync(20);
                w.Log("one more");
                count++;
                await both;
            },
            ["a condition in time cancels its timer"] = async w =>
            {
                var open = false;
                var wait = Workflow.WaitConditionAsync(() => open, TimeSpan.FromMinutes(1));
                await Workflow.DelayAsync(10);
                open = true;
                w.Log($"{await wait}");
            },
            ["a condition too late gives false"] = async w => w.Log($"{await Workflow.WaitConditionAsync(() => false, 10)}"),
            ["mutex serves in order"] = async w =>
            {
                var mutex = new Mutex();
                await Task.WhenAll(new[] { "a", "b", "c" }.Select(n => Locked(w, mutex, n)));
            },
            ["mutex with a timeout gives up"] = async w =>
            {
                var mutex = new Mutex();
                await mutex.WaitOneAsync();
                w.Log($"{await mutex.WaitOneAsync(10)} {await mutex.WaitOneAsync(0)}");
                mutex.ReleaseMutex();
                w.Log($"{await mutex.WaitOneAsync(10)}");
            },
            ["a cancelled waiter leaves the queue of a mutex"] = async w =>
            {
                var mutex = new Mutex();
                using var cancel = new CancellationTokenSource();
                await mutex.WaitOneAsync();
                var gone = Caught(w, mutex.WaitOneAsync(cancel.Token), "gone");
                var next = Continue(w, mutex.WaitOneAsync(), "next");
                cancel.Cancel();
                await gone;
                mutex.ReleaseMutex();
                await next;
            },
            ["releasing a free mutex throws"] = async w =>
            {
                await Task.Yield();
                try
                {
                    new Mutex().ReleaseMutex();
                }
                catch (InvalidOperationException)
                {
                    w.Log("thrown");
                }
            },
            ["semaphore lets as many in as it has permits"] = async w =>
            {
                var semaphore = new Semaphore(2);
                var (inside, most) = (0, 0);
                async Task UseAsync()
                {
                    await semaphore.WaitAsync();
                    most = Math.Max(most, ++inside);
                    await Workflow.DelayAsync(5);
                    inside--;
                    semaphore.Release();
                }

                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => UseAsync()));
                w.Log($"{most} {semaphore.CurrentCount} {semaphore.Max}");
            },
            ["framework semaphore works"] = async w =>
            {
                using var semaphore = new SemaphoreSlim(1);
                async Task UseAsync(string name)
                {
                    await semaphore.WaitAsync();
                    w.Log($"{name} in");
                    await Workflow.DelayAsync(1);
                    w.Log($"{name} out");
                    semaphore.Release();
                }

                await Task.WhenAll(UseAsync("a"), UseAsync("b"));
            },
            ["channel hands items over in order"] = async w =>
            {
                var channel = Channel.CreateUnbounded<int>();
                async Task ReadAsync()
                {
                    // ReadAllAsync leaves the workflow's scheduler on its way.
                    while (await channel.Reader.WaitToReadAsync())
                    {
                        while (channel.Reader.TryRead(out var item))
                        {
                            w.Log($"read {item}");
                        }
                    }
                }

                var reader = ReadAsync();
                for (var i = 0; i < 3; i++)
                {
                    await channel.Writer.WriteAsync(i);
                    w.Log($"written {i}");
                    await Task.Yield();
                }

                channel.Writer.Complete();
                await reader;
            },
            ["cancelling throws where it is awaited"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                var delay = Caught(w, Workflow.DelayAsync(60_000, cancel.Token), "cancelled");
                cancel.Cancel();
                w.Log("asked");
                await delay;
            },
            ["a linked token follows its sources"] = async w =>
            {
                using var outer = new CancellationTokenSource();
                using var inner = CancellationTokenSource.CreateLinkedTokenSource(outer.Token, Workflow.CancellationToken);
                var delay = Caught(w, Workflow.DelayAsync(Timeout.InfiniteTimeSpan, inner.Token), "cancelled");
                outer.Cancel();
                await delay;
            },
            ["a token that is cancelled already starts nothing"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                cancel.Cancel();
                await Caught(w, Workflow.DelayAsync(10, cancel.Token), "timer");
                await Caught(w, Workflow.WaitConditionAsync(() => true, cancel.Token), "condition");
            },
            ["exceptions of parallel strands come out of when all"] = async w =>
            {
                try
                {
                    await Workflow.WhenAllAsync(FailAsync("a"), FailAsync("b"));
                }
                catch (FormatException e)
                {
                    w.Log(e.Message);
                }
            },
            ["a failed task that nobody awaits is ignored"] = async w =>
            {
                _ = FailAsync("nobody");
                await Workflow.DelayAsync(5);
                w.Log("on");
            },
            ["finally runs before the exception goes on"] = async w =>
            {
                try
                {
                    try
                    {
                        await FailAsync("x");
                    }
                    finally
                    {
                        await Workflow.DelayAsync(5);
                        w.Log("finally");
                    }
                }
                catch (FormatException)
                {
                    w.Log("caught");
                }
            },
            ["async iterators and disposal"] = async w =>
            {
                await foreach (var item in ItemsAsync(w))
                {
                    w.Log($"item {item}");
                }
            },
            ["async locals flow and stay apart"] = async w =>
            {
                async Task ShowAsync(string name)
                {
                    Flowing.Value = name;
                    await Workflow.DelayAsync(5);
                    w.Log($"{Flowing.Value}");
                }

                await Task.WhenAll(ShowAsync("a"), ShowAsync("b"));
                w.Log($"{Flowing.Value ?? "none"}");
            },
            ["async locals flow into started tasks"] = async w =>
            {
                Flowing.Value = "outer";
                await Workflow.RunTaskAsync(async () =>
                {
                    await Task.Yield();
                    w.Log($"{Flowing.Value}");
                });
            },
            ["continuations run in order"] = async w =>
            {
                var source = new TaskCompletionSource();
                var a = source.Task.ContinueWith(_ => w.Log("a"), TaskScheduler.Current);
                var b = source.Task.ContinueWith(_ => w.Log("b"), TaskScheduler.Current);
                source.SetResult();
                await Task.WhenAll(a, b);
            },
            ["value tasks behave like tasks"] = async w =>
            {
                async ValueTask<int> CountAsync(int n)
                {
                    await Workflow.DelayAsync(n);
                    return n;
                }

                w.Log($"{await CountAsync(3) + await CountAsync(4)}");
            },
            ["timers fire in order of their due times"] = async w =>
                await Task.WhenAll(Continue(w, Workflow.DelayAsync(120), "late"), Continue(w, Workflow.DelayAsync(10), "early")),
            ["time stands still between tasks"] = async w =>
            {
                var before = Workflow.UtcNow;
                for (var i = 0; i < 1000; i++)
                {
                    await Task.Yield();
                }

                w.Log($"{before == Workflow.UtcNow}");
                await Workflow.DelayAsync(10);
                w.Log($"{before < Workflow.UtcNow}");
            },
            ["a scheduler of its own"] = async w =>
            {
                await Task.Yield();
                w.Log($"{TaskScheduler.Current != TaskScheduler.Default} {SynchronizationContext.Current is null}");
            },
            ["a signal waits its turn"] = async w =>
            {
                await w.ToldAsync("x");
                w.Log("told");
            },
        };

    private static async Task Named(OrderingWorkflow w, string name, int waits)
    {
        w.Log($"{name}0");
        for (var i = 1; i <= waits; i++)
        {
            await Task.Yield();
            w.Log($"{name}{i}");
        }
    }

    private static async Task Continue(OrderingWorkflow w, Task task, string entry)
    {
        await task;
        w.Log(entry);
    }

    private static async Task Caught(OrderingWorkflow w, Task task, string entry)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            w.Log(entry);
        }
    }

    private static async Task Locked(OrderingWorkflow w, Mutex mutex, string name)
    {
        await mutex.WaitOneAsync();
        w.Log($"{name} in");
        await Workflow.DelayAsync(5);
        w.Log($"{name} out");
        mutex.ReleaseMutex();
    }

    private static async Task<string> After(int milliseconds, string value)
    {
        await Workflow.DelayAsync(milliseconds);
        return value;
    }

    private static async Task FailAsync(string message)
    {
        await Task.Yield();
        throw new FormatException(message);
    }

    private static async IAsyncEnumerable<int> ItemsAsync(OrderingWorkflow w)
    {
        try
        {
            for (var i = 0; i < 2; i++)
            {
                await Workflow.DelayAsync(5);
                yield return i;
            }
        }
        finally
        {
            await Task.Yield();
            w.Log("disposed");
        }
    }
}
