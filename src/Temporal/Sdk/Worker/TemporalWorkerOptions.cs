using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Worker.Interceptors;
using Temporalio.Worker.Tuning;
using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>What a worker runs, and how. The task queue and at least one workflow or activity are required.</summary>
public class TemporalWorkerOptions : ICloneable
{
    private List<ActivityDefinition> _activities = [];
    private List<WorkflowDefinition> _workflows = [];

    /// <summary>Without a task queue yet.</summary>
    public TemporalWorkerOptions() { }

    /// <summary>With a task queue.</summary>
    public TemporalWorkerOptions(string taskQueue) => TaskQueue = taskQueue;

    /// <summary>Called on the worker's threads before each workflow task; must be quick and must not throw.</summary>
    public event EventHandler<WorkflowTaskStartingEventArgs>? WorkflowTaskStarting;

    /// <summary>Called on the worker's threads after each workflow task; must be quick and must not throw.</summary>
    public event EventHandler<WorkflowTaskCompletedEventArgs>? WorkflowTaskCompleted;

    /// <summary>Task queue. Required.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Activities.</summary>
    public IList<ActivityDefinition> Activities => _activities;

    /// <summary>Workflows.</summary>
    public IList<WorkflowDefinition> Workflows => _workflows;

    /// <summary>Interceptors, the first outermost; those of the client that are worker interceptors come before them.</summary>
    public IReadOnlyCollection<IWorkerInterceptor>? Interceptors { get; set; }

    /// <summary>Build id; null: the hash of the entry assembly.</summary>
    public string? BuildId { get; set; }

    /// <summary>Name of this worker at the server; null: the client's.</summary>
    public string? Identity { get; set; }

    /// <summary>Runs kept in memory between their tasks; 0: none, every task replays the history. Default 10,000.</summary>
    public int MaxCachedWorkflows { get; set; } = 10_000;

    /// <summary>Workflow tasks at once. Default 100. Not with <see cref="Tuner" />.</summary>
    public int? MaxConcurrentWorkflowTasks { get; set; }

    /// <summary>Activities at once. Default 100. Not with <see cref="Tuner" />.</summary>
    public int? MaxConcurrentActivities { get; set; }

    /// <summary>Local activities at once. Default 100. Not with <see cref="Tuner" />.</summary>
    public int? MaxConcurrentLocalActivities { get; set; }

    /// <summary>Nexus tasks at once; this worker runs none.</summary>
    public int? MaxConcurrentNexusTasks { get; set; }

    /// <summary>Polls for workflow tasks at once. Default 5. Not used with <see cref="WorkflowTaskPollerBehavior" />.</summary>
    public int MaxConcurrentWorkflowTaskPolls { get; set; } = 5;

    /// <summary>Polls for activities at once. Default 5. Not used with <see cref="ActivityTaskPollerBehavior" />.</summary>
    public int MaxConcurrentActivityTaskPolls { get; set; } = 5;

    /// <summary>Polls for Nexus tasks at once; this worker opens none.</summary>
    public int MaxConcurrentNexusTaskPolls { get; set; } = 5;

    /// <summary>Share of the polls for workflow tasks that go to the common queue, not this worker's own. Default 0.2.</summary>
    public float NonStickyToStickyPollRatio { get; set; } = 0.2F;

    /// <summary>How long a task waits in this worker's own queue before any worker gets it. Default 10 seconds.</summary>
    public TimeSpan StickyQueueScheduleToStartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time between two heartbeats of an activity that are sent. Default 60 seconds.</summary>
    public TimeSpan MaxHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two heartbeats that are sent of an activity without heartbeat timeout. Default 30 seconds.</summary>
    public TimeSpan DefaultHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Activities that this worker starts per second at most; null: no limit.</summary>
    public double? MaxActivitiesPerSecond { get; set; }

    /// <summary>Activities that the server gives out per second to all workers of the task queue at most; null: no limit.</summary>
    public double? MaxTaskQueueActivitiesPerSecond { get; set; }

    /// <summary>How long activities may go on after the worker has begun to shut down before they are cancelled. Default 0.</summary>
    public TimeSpan GracefulShutdownTimeout { get; set; }

    /// <summary>Whether only local activities are run: no activities are polled for.</summary>
    public bool LocalActivityWorkerOnly { get; set; }

    /// <summary>Where activities are run. Default: the thread pool.</summary>
    public TaskFactory ActivityTaskFactory { get; set; } = new(TaskScheduler.Default);

    /// <summary>Where Nexus operations would run; this worker runs none.</summary>
    public TaskFactory NexusTaskFactory { get; set; } = new(TaskScheduler.Default);

    /// <summary>Loggers; null: the client's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Whether workflow tasks may run for any time, as when somebody debugs. Default: whether a debugger is attached or
    /// <c>TEMPORAL_DEBUG</c> is set.
    /// </summary>
    public bool DebugMode { get; set; } =
        System.Diagnostics.Debugger.IsAttached || Environment.GetEnvironmentVariable("TEMPORAL_DEBUG") is { Length: > 0 };

    /// <summary>Whether stack traces of workflows are recorded for the query <c>__stack_trace</c>. Default: no, it costs much.</summary>
    public WorkflowStackTrace WorkflowStackTrace { get; set; }

    /// <summary>Exception types that fail a workflow instead of its task, besides failure exceptions.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>Whether activities are never handed back with the answer to a workflow task.</summary>
    public bool DisableEagerActivityExecution { get; set; }

    /// <summary>Activities that may be handed back with the answer to one workflow task. Default 3.</summary>
    public int MaxEagerActivityReservationsPerWorkflowTask { get; set; } = 3;

    /// <summary>
    /// Whether values past the size limits that the server tells of are sent all the same. Default: no, the workflow task or activity
    /// attempt fails instead, and can be tried again;
    /// for those who have something on the way to the server that makes values smaller. Servers that tell of no limits refuse by
    /// themselves.
    /// </summary>
    public bool DisablePayloadErrorLimit { get; set; }

    /// <summary>
    /// Whether timers and tasks of other schedulers that workflow code starts are missed only when they come back, not at once by the
    /// runtime's tracing events.
    /// </summary>
    public bool DisableWorkflowTracingEventListener { get; set; }

    /// <summary>Slots; null: fixed numbers as the options above say.</summary>
    public WorkerTuner? Tuner { get; set; }

    /// <summary>How many polls for workflow tasks are kept open; null: <see cref="MaxConcurrentWorkflowTaskPolls" />.</summary>
    public PollerBehavior? WorkflowTaskPollerBehavior { get; set; }

    /// <summary>How many polls for activities are kept open; null: <see cref="MaxConcurrentActivityTaskPolls" />.</summary>
    public PollerBehavior? ActivityTaskPollerBehavior { get; set; }

    /// <summary>How many polls for Nexus tasks would be kept open; this worker opens none.</summary>
    public PollerBehavior? NexusTaskPollerBehavior { get; set; }

    /// <summary>Which version of which deployment this worker is; null: none.</summary>
    public WorkerDeploymentOptions? DeploymentOptions { get; set; }

    /// <summary>Whether tasks come by the older versioning with build ids alone.</summary>
    public bool UseWorkerVersioning { get; set; }

    /// <summary>Decides whether a patch met for the first time is active; null: always.</summary>
    public Func<PatchActivationInput, bool>? PatchActivationCallback { get; set; }

    /// <summary>Clock of waits and heartbeats.</summary>
    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Adds an activity from a delegate.</summary>
    public TemporalWorkerOptions AddActivity(Delegate del) => AddActivity(ActivityDefinition.Create(del));

    /// <summary>Adds an activity.</summary>
    public TemporalWorkerOptions AddActivity(ActivityDefinition definition)
    {
        _activities.Add(definition);
        return this;
    }

    /// <summary>Adds all activities of a type.</summary>
    public TemporalWorkerOptions AddAllActivities<T>(T? instance) => AddAllActivities(typeof(T), instance);

    /// <summary>Adds all activities of a type.</summary>
    public TemporalWorkerOptions AddAllActivities(Type type, object? instance)
    {
        _activities.AddRange(ActivityDefinition.CreateAll(type, instance));
        return this;
    }

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow(Type type) => AddWorkflow(WorkflowDefinition.Create(type));

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow(WorkflowDefinition definition)
    {
        _workflows.Add(definition);
        return this;
    }

    /// <summary>A copy with lists of its own.</summary>
    public virtual object Clone()
    {
        var copy = (TemporalWorkerOptions)MemberwiseClone();
        copy._activities = [.. _activities];
        copy._workflows = [.. _workflows];
        return copy;
    }

    internal void OnWorkflowTaskStarting(WorkflowTaskStartingEventArgs args) => WorkflowTaskStarting?.Invoke(this, args);

    internal void OnWorkflowTaskCompleted(WorkflowTaskCompletedEventArgs args) => WorkflowTaskCompleted?.Invoke(this, args);
}
