using System.Runtime.ExceptionServices;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Runs the tasks of one workflow run, one at a time and first in, first out. Nothing is ever run inline, so that the order of things
/// depends on the order in which they were queued alone.
/// </summary>
internal sealed class WorkflowTaskScheduler : TaskScheduler
{
    private readonly Queue<Task> _ready = new();
    private int _thread;
    private bool _starting;
    private int _untraced;

    public WorkflowTaskScheduler(WorkflowInstance instance) => Instance = instance;

    /// <summary>The run.</summary>
    public WorkflowInstance Instance { get; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>
    /// Set when a task was queued from another thread or outside an activation; then the order of things can no longer be trusted.
    /// </summary>
    public InvalidWorkflowSchedulerException? Fault { get; private set; }

    /// <summary>What runs now, for messages about a run that does not come back.</summary>
    public Task? Running { get; private set; }

    /// <summary>Makes the calling thread the one that may queue and run tasks.</summary>
    public void Enter() => _thread = Environment.CurrentManagedThreadId;

    /// <summary>Ends <see cref="Enter"/>.</summary>
    public void Leave() => _thread = 0;

    /// <summary>Runs an action at once, as code of the workflow.</summary>
    public void RunNow(Action action)
    {
        var task = new Task(action);
        _starting = true;
        task.Start(this);
        _starting = false;
        Execute(task);
        if (task.Exception is { } error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
        }
    }

    /// <summary>Queues a strand of workflow code.</summary>
    public void Queue(Func<Task> strand) => _ = Task.Factory.StartNew(strand, CancellationToken.None, TaskCreationOptions.None, this);

    /// <summary>Runs tasks until none is ready.</summary>
    /// <returns>Whether any was run.</returns>
    public bool RunDry()
    {
        var any = false;
        while (Fault is null && _ready.TryDequeue(out var task))
        {
            any = true;
            Execute(task);
        }

        return any;
    }

    /// <summary>Whether what the code of this run starts elsewhere is looked for now.</summary>
    public bool IsTraced => _untraced == 0 && Fault is null && Instance.Options.TracesEvents;

    /// <summary>Workflow code has begun something that goes on outside.</summary>
    /// <param name="call">What it called.</param>
    public void Left(string call) =>
        Fault ??= new InvalidWorkflowSchedulerException(
            $"Workflow code left the workflow by {call}: that is not scheduled on workflow scheduler but continued from outside the "
                + "workflow, at a time that no history tells, which is non-deterministic. "
                + "Use the members of Workflow instead (Workflow.DelayAsync, Workflow.RunTaskAsync, Workflow.WhenAnyAsync), and "
                + "activities for everything else.",
            Environment.StackTrace
        );

    /// <summary>Runs code of the SDK that uses threads and timers, on the thread of whichever run.</summary>
    public static void Untraced(Action code)
    {
        if (Current is WorkflowTaskScheduler scheduler)
        {
            scheduler.WithoutTracing(() =>
            {
                code();
                return true;
            });
        }
        else
        {
            code();
        }
    }

    /// <summary>Runs code that may use threads and timers.</summary>
    public T WithoutTracing<T>(Func<T> code)
    {
        _untraced++;
        try
        {
            return code();
        }
        finally
        {
            _untraced--;
        }
    }

    /// <summary>Whether the calling thread is the one that runs the workflow now; if not, the run is faulty from here on.</summary>
    public bool CheckThread()
    {
        if (_thread == Environment.CurrentManagedThreadId)
        {
            return true;
        }

        // Throwing here would end up in code that cannot deal with it, possibly a thread of the pool: the activation looks at the fault
        // instead.
        if (Fault is null)
        {
            Fault = new InvalidWorkflowSchedulerException(
                "Workflow code was continued from outside the workflow, by what is not scheduled on workflow scheduler: something was "
                    + "awaited that the workflow does not control, which is non-deterministic (Task.Delay, Task.Run, "
                    + "ConfigureAwait(false), CancelAsync, I/O, a task of another scheduler). Use the members of Workflow "
                    + "instead, and activities for everything else.",
                Environment.StackTrace
            );

            // Nothing may come after this that could be failed for it, so it is said at once.
            Instance.ReportForeignContinuation(Fault);
        }

        return false;
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (CheckThread() && !_starting)
        {
            _ready.Enqueue(task);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _ready;

    private void Execute(Task task)
    {
        Running = task;
        TryExecuteTask(task);
        Running = null;
    }
}
