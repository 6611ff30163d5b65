using System.Collections.Concurrent;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Runs workflow code on threads of the pool and notices when it does not come back. A .NET thread cannot be stopped: a stuck run is left
/// alone until its thread returns.
/// </summary>
internal sealed class ActivationGuard(TimeSpan limit, bool off, int maxStuck, Action<Exception>? tooManyStuck, TimeProvider time)
{
    private const int LooksPerLimit = 4;

    private readonly ConcurrentDictionary<string, string> _stuck = new(StringComparer.Ordinal);

    /// <summary>Runs that are stuck now.</summary>
    public int Stuck => _stuck.Count;

    /// <summary>Runs an action that activates a run.</summary>
    /// <returns>What it threw; null when it ended well. A <see cref="WorkflowDeadlockException"/> when it does not come back.</returns>
    public async Task<Exception?> RunAsync(WorkflowRun run, Action action)
    {
        if (_stuck.TryGetValue(run.RunId, out var where))
        {
            return new WorkflowDeadlockException($"Run {run.RunId} is still stuck {where}; it is not run again before that returns.");
        }

        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var returned = 0;
        var thread = string.Empty;
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                Volatile.Write(ref thread, off ? string.Empty : ProcessorWait.FileOfThisThread);
                Exception? error = null;
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    error = e;
                }

                Interlocked.Exchange(ref returned, 1);
                if (!ended.TrySetResult(error))
                {
                    _stuck.TryRemove(run.RunId, out var _);
                }
            },
            state: null
        );
        if (off)
        {
            return await ended.Task;
        }

        var stuck = new StuckTime(limit / LooksPerLimit);
        var told = false;
        await using var watch = time.CreateTimer(_ => Look(), state: null, limit / LooksPerLimit, limit / LooksPerLimit);
        return await ended.Task;

        void Look()
        {
            var began = run.ActivationBegan;
            if (began == 0 || Volatile.Read(ref returned) == 1)
            {
                return;
            }

            lock (stuck)
            {
                // Once it is told, the thread's return alone takes it back; a look may still come before the watch ends.
                if (told || stuck.Look(began, Environment.TickCount64, ProcessorWait.Read(Volatile.Read(ref thread))) < limit)
                {
                    return;
                }

                told = true;
            }

            var place = PlaceOf(run);
            _stuck[run.RunId] = place;
            if (
                !ended.TrySetResult(
                    new WorkflowDeadlockException(
                        $"[TMPRL1101] Potential deadlock detected: workflow {run.Instance?.Info.WorkflowType} "
                            + $"({run.Instance?.Info.WorkflowId}, run {run.RunId}) deadlocked after {limit.TotalSeconds:0.###} s; "
                            + $"it is {place}. "
                            + "Workflow code must not block or compute for long: use activities."
                    )
                )
            )
            {
                _stuck.TryRemove(run.RunId, out var _);
                return;
            }

            if (_stuck.Count >= maxStuck)
            {
                tooManyStuck?.Invoke(
                    new WorkflowDeadlockException($"{_stuck.Count} threads are stuck in workflow code, the last {place}.")
                );
            }
        }
    }

    // The stack of another thread cannot be read; the strand that runs names its method.
    private static string PlaceOf(WorkflowRun run)
    {
        var strand = run.Instance?.Scheduler.Running?.AsyncState?.GetType() ?? run.Instance?.Scheduler.Running?.GetType();
        var machine = strand?.GenericTypeArguments.FirstOrDefault(t =>
            typeof(System.Runtime.CompilerServices.IAsyncStateMachine).IsAssignableFrom(t)
        );
        return machine is null
            ? $"in code of {run.Definition?.Type.FullName}"
            : $"in {machine.DeclaringType?.FullName}.{machine.Name.TrimStart('<').Split('>')[0]}";
    }
}

/// <summary>Workflow code did not come back in time. It fails the workflow task.</summary>
internal sealed class WorkflowDeadlockException : InvalidWorkflowOperationException
{
    public WorkflowDeadlockException(string message)
        : base(message) { }
}
