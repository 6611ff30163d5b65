using System.Runtime.CompilerServices;

namespace Temporalio.Workflows;

/// <content>Waiting: timers, conditions, tasks.</content>
public static partial class Workflow
{
    /// <summary>Waits by a durable timer; 0 counts as 1 ms, -1 waits for cancellation.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task DelayAsync(int millisecondsDelay, CancellationToken? cancellationToken = null) =>
        DelayAsync(TimeSpan.FromMilliseconds(millisecondsDelay), cancellationToken);

    /// <summary>Waits by a durable timer; zero counts as 1 ms, <see cref="Timeout.InfiniteTimeSpan"/> waits for cancellation.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null) =>
        Context.Outbound.DelayAsync(new(delay, cancellationToken, Summary: null));

    /// <summary>Waits by a durable timer.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task DelayWithOptionsAsync(DelayOptions options) =>
        Context.Outbound.DelayAsync(new(options.Delay, options.CancellationToken, options.Summary));

    /// <summary>Waits until a condition is true. It is asked whenever the workflow has come to rest and must change nothing.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task WaitConditionAsync(Func<bool> conditionCheck, CancellationToken? cancellationToken = null) =>
        Context.Conditions.WaitAsync(new(conditionCheck, timeout: null, timeoutSummary: null, cancellationToken));

    /// <summary>Waits until a condition is true, but not longer than a timeout.</summary>
    /// <returns>Whether the condition became true.</returns>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<bool> WaitConditionAsync(
        Func<bool> conditionCheck,
        int timeoutMilliseconds,
        CancellationToken? cancellationToken = null
    ) => WaitConditionAsync(conditionCheck, TimeSpan.FromMilliseconds(timeoutMilliseconds), cancellationToken);

    /// <summary>Waits until a condition is true, but not longer than a timeout.</summary>
    /// <returns>Whether the condition became true.</returns>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<bool> WaitConditionAsync(Func<bool> conditionCheck, TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        Context.Conditions.WaitAsync(new(conditionCheck, timeout, timeoutSummary: null, cancellationToken));

    /// <summary>Waits until a condition is true.</summary>
    /// <returns>Whether the condition became true (without a timeout always).</returns>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<bool> WaitConditionWithOptionsAsync(WaitConditionOptions options) => Context.Conditions.WaitAsync(options);

    /// <summary>Starts a function as a task of its own on the workflow's scheduler: the deterministic <c>Task.Run</c>.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task RunTaskAsync(Func<Task> function, CancellationToken? cancellationToken = null) =>
        await await Task.Factory.StartNew(
            function,
            cancellationToken ?? CancellationToken,
            TaskCreationOptions.None,
            TaskScheduler.Current
        );

    /// <summary>Starts a function as a task of its own on the workflow's scheduler: the deterministic <c>Task.Run</c>.</summary>
    /// <typeparam name="TResult">Type of the result.</typeparam>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task<TResult> RunTaskAsync<TResult>(Func<Task<TResult>> function, CancellationToken? cancellationToken = null) =>
        await await Task.Factory.StartNew(
            function,
            cancellationToken ?? CancellationToken,
            TaskCreationOptions.None,
            TaskScheduler.Current
        );

    /// <summary>Waits for all tasks.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task WhenAllAsync(IEnumerable<Task> tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task WhenAllAsync(params Task[] tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks and gives their results.</summary>
    /// <typeparam name="TResult">Type of the results.</typeparam>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult[]> WhenAllAsync<TResult>(IEnumerable<Task<TResult>> tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks and gives their results.</summary>
    /// <typeparam name="TResult">Type of the results.</typeparam>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult[]> WhenAllAsync<TResult>(params Task<TResult>[] tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for the first task to end, in a deterministic order.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<Task> WhenAnyAsync(params Task[] tasks) => FirstOfAsync(tasks);

    /// <summary>Waits for the first task to end, in a deterministic order.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<Task> WhenAnyAsync(IEnumerable<Task> tasks) => FirstOfAsync([.. tasks]);

    /// <summary>Waits for the first task to end, in a deterministic order.</summary>
    /// <typeparam name="TResult">Type of the results.</typeparam>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<Task<TResult>> WhenAnyAsync<TResult>(params Task<TResult>[] tasks) => FirstOfAsync(tasks);

    /// <summary>Waits for the first task to end, in a deterministic order.</summary>
    /// <typeparam name="TResult">Type of the results.</typeparam>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<Task<TResult>> WhenAnyAsync<TResult>(IEnumerable<Task<TResult>> tasks) => FirstOfAsync([.. tasks]);

    // Every continuation runs on the workflow's scheduler; the framework may hand some of its own to the thread pool.
    private static Task<TTask> FirstOfAsync<TTask>(TTask[] tasks)
        where TTask : Task
    {
        if (tasks.Length == 0)
        {
            throw new ArgumentException("There is no task to wait for.", nameof(tasks));
        }

        if (Array.Find(tasks, t => t.IsCompleted) is { } completed)
        {
            return Task.FromResult(completed);
        }

        var first = new TaskCompletionSource<TTask>();
        foreach (var task in tasks)
        {
            _ = task.ContinueWith(
                (ended, state) => ((TaskCompletionSource<TTask>)state!).TrySetResult((TTask)ended),
                first,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Current
            );
        }

        return first.Task;
    }
}
