using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Order among tasks: who begins, who goes on, who fails, and what flows along.</summary>
internal static class TaskOrderingScenarios
{
    private const int Many = 5_000;

    private static readonly AsyncLocal<string?> Flowing = new();

    public static IReadOnlyDictionary<string, Func<OrderingWorkflow, Task>> All { get; } =
        new Dictionary<string, Func<OrderingWorkflow, Task>>
        {
            ["the losers of when any go on"] = async w =>
            {
                var slow = OrderingSteps.ThenAsync(w, Workflow.DelayAsync(120), "slow");
                await Workflow.WhenAnyAsync(slow, Workflow.DelayAsync(1));
                w.Log("first");
                await slow;
            },
            ["when any gives a task that failed"] = async w =>
            {
                var first = await Workflow.WhenAnyAsync(FailAsync(), Workflow.DelayAsync(60_000));
                w.Log($"{first.Status}");
            },
            ["of a failure and a cancellation when all throws the failure"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                cancel.Cancel();
                try
                {
                    await Workflow.WhenAllAsync(Workflow.DelayAsync(1, cancel.Token), FailAsync());
                }
                catch (Exception error)
                {
                    w.Log(error.GetType().Name);
                }
            },
            ["when all waits for the others after a failure"] = async w =>
            {
                var slow = OrderingSteps.ThenAsync(w, Workflow.DelayAsync(30), "slow");
                await OrderingSteps.CaughtAsync<FormatException>(w, Workflow.WhenAllAsync(FailAsync(), slow), "failed");
            },
            ["a started task gives its value and its failure"] = async w =>
            {
                w.Log($"{await Workflow.RunTaskAsync(() => Task.FromResult(7))}");
                await OrderingSteps.CaughtAsync<FormatException>(w, Workflow.RunTaskAsync(FailAsync), "failed");
            },
            ["a task started within a started one comes behind those that wait"] = async w =>
            {
                var outer = Workflow.RunTaskAsync(async () =>
                {
                    w.Log("outer");
                    var inner = Workflow.RunTaskAsync(() => NoteAsync(w, "inner"));
                    w.Log("outer goes on");
                    await inner;
                });
                await Workflow.WhenAllAsync(outer, Workflow.RunTaskAsync(() => NoteAsync(w, "second")));
            },
            ["a source that asks for asynchronous continuations keeps them here"] = async w =>
            {
                var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var waiter = OrderingSteps.ThenAsync(w, source.Task, "resumed");
                source.SetResult();
                w.Log("set");
                await waiter;
                w.Log($"{Workflow.InWorkflow}");
            },
            ["a source that fails throws where it is awaited"] = async w =>
            {
                var source = new TaskCompletionSource<int>();
                var waiter = OrderingSteps.CaughtAsync<FormatException>(w, source.Task, "caught");
                source.SetException(new FormatException());
                w.Log("set");
                await waiter;
            },
            ["a chain of thousands of tasks ends in order"] = async w =>
            {
                var sum = 0;
                var source = new TaskCompletionSource();
                var last = source.Task;
                for (var link = 0; link < Many; link++)
                {
                    last = LinkAsync(last, link);
                }

                async Task LinkAsync(Task before, int number)
                {
                    await before;
                    sum = number == sum ? sum + 1 : -1;
                }

                source.SetResult();
                await last;
                w.Log($"{sum}");
            },
            ["thousands of yields leave the stack flat"] = async w =>
            {
                async Task<int> CountAsync(int depth)
                {
                    await Task.Yield();
                    return depth == 0 ? 0 : 1 + await CountAsync(depth - 1);
                }

                w.Log($"{await CountAsync(Many)}");
            },
            ["a lambda in select runs to its first wait before the next one begins"] = async w =>
            {
                var tasks = new[] { "a", "b" }
                    .Select(async name =>
                    {
                        w.Log($"{name} begins");
                        await Task.Yield();
                        w.Log($"{name} ends");
                    })
                    .ToList();
                w.Log("all begun");
                await Workflow.WhenAllAsync(tasks);
            },
            ["a lazy task runs once"] = async w =>
            {
                var lazy = new Lazy<Task<int>>(async () =>
                {
                    w.Log("made");
                    await Workflow.DelayAsync(1);
                    return 3;
                });
                var both = await Workflow.WhenAllAsync(Workflow.RunTaskAsync(() => lazy.Value), Workflow.RunTaskAsync(() => lazy.Value));
                w.Log($"{both.Sum()}");
            },
            ["configure await true stays"] = async w =>
            {
                await Workflow.DelayAsync(1).ConfigureAwait(true);
                w.Log($"{Workflow.InWorkflow} {TaskScheduler.Current != TaskScheduler.Default}");
            },
            ["configure await false of a task that has ended goes nowhere"] = async w =>
            {
                await Task.CompletedTask.ConfigureAwait(false);
                await Workflow.DelayAsync(1);
                w.Log($"{Workflow.InWorkflow}");
            },
            ["an ended task is not waited for"] = async w =>
            {
                var other = Workflow.RunTaskAsync(() => NoteAsync(w, "other"));
                await Task.FromResult(1);
                w.Log("at once");
                await other;
            },
            ["timers of the same length fire in order of their start"] = async w =>
                await Workflow.WhenAllAsync(
                    new[] { "a", "b", "c" }.Select(name => OrderingSteps.ThenAsync(w, Workflow.DelayAsync(30), name))
                ),
            ["a delay of nothing is a timer all the same"] = async w =>
            {
                var nothing = OrderingSteps.ThenAsync(w, Workflow.DelayAsync(0), "zero");
                await Task.Yield();
                w.Log("other");
                await nothing;
            },
            ["a negative delay throws"] = w =>
                OrderingSteps.CaughtAsync<ArgumentException>(w, Workflow.RunTaskAsync(() => Workflow.DelayAsync(-2)), "thrown"),
            ["an async local set after a strand began is not seen by it"] = async w =>
            {
                Flowing.Value = "before";
                var strand = Workflow.RunTaskAsync(async () =>
                {
                    await Workflow.DelayAsync(1);
                    w.Log($"strand: {Flowing.Value}");
                });
                Flowing.Value = "after";
                await strand;
                w.Log($"main: {Flowing.Value}");
            },
            ["an async local set within an awaited method does not come out"] = async w =>
            {
                async Task SetAsync()
                {
                    Flowing.Value = "inside";
                    await Task.Yield();
                }

                await SetAsync();
                w.Log($"{Flowing.Value ?? "none"}");
            },
            ["an async local is there behind a condition and a lock"] = async w =>
            {
                var mutex = new Temporalio.Workflows.Mutex();
                async Task ShowAsync(string name)
                {
                    Flowing.Value = name;
                    await mutex.WaitOneAsync();
                    await Workflow.WaitConditionAsync(() => true);
                    w.Log($"{Flowing.Value}");
                    mutex.ReleaseMutex();
                }

                await Workflow.WhenAllAsync(ShowAsync("a"), ShowAsync("b"));
            },
            ["an activity that nobody has begun is cancelled between other commands"] = async w =>
            {
                using var cancel = new CancellationTokenSource();
                var options = new ActivityOptions
                {
                    TaskQueue = $"nobody-{Workflow.Info.RunId}",
                    ScheduleToCloseTimeout = TimeSpan.FromMinutes(5),
                    CancellationType = ActivityCancellationType.WaitCancellationCompleted,
                    CancellationToken = cancel.Token,
                };
                var activity = OrderingSteps.CaughtAsync<ActivityFailureException>(
                    w,
                    Workflow.ExecuteActivityAsync("Nothing", [], options),
                    "cancelled"
                );
                await Workflow.DelayAsync(1);
                cancel.Cancel();
                await Workflow.WhenAllAsync(activity, OrderingSteps.ThenAsync(w, Workflow.DelayAsync(200), "timer"));
            },
            ["await using disposes after its waits"] = async w =>
            {
                await using (new Resource(w))
                {
                    await Workflow.DelayAsync(1);
                    w.Log("used");
                }

                w.Log("after");
            },
            ["an exception filter sees what a wait threw"] = async w =>
            {
                try
                {
                    await Workflow.RunTaskAsync(() => throw new ApplicationFailureException("x", errorType: "Kind"));
                }
                catch (ApplicationFailureException failure) when (failure.ErrorType == "Kind")
                {
                    w.Log("filtered");
                }
            },
            ["a strand that fails later does not undo what was logged"] = async w =>
            {
                var failing = Workflow.RunTaskAsync(async () =>
                {
                    await Workflow.DelayAsync(1);
                    w.Log("first");
                    throw new FormatException();
                });
                await OrderingSteps.CaughtAsync<FormatException>(w, failing, "second");
            },
        };

    private static async Task FailAsync()
    {
        await Task.Yield();
        throw new FormatException();
    }

    private static Task NoteAsync(OrderingWorkflow w, string entry)
    {
        w.Log(entry);
        return Task.CompletedTask;
    }

    private sealed class Resource(OrderingWorkflow w) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Workflow.DelayAsync(1);
            w.Log("disposed");
        }
    }
}
