using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Converters;
using Temporalio.Runtime;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>What a replayer needs to know.</summary>
public class WorkflowReplayerOptions : ICloneable
{
    /// <summary>Before a task of a history is replayed.</summary>
    public event EventHandler<WorkflowTaskStartingEventArgs>? WorkflowTaskStarting;

    /// <summary>After a task of a history is replayed.</summary>
    public event EventHandler<WorkflowTaskCompletedEventArgs>? WorkflowTaskCompleted;

    /// <summary>Build id that the code sees.</summary>
    public string? BuildId { get; set; }

    /// <summary>Converter of payloads and failures.</summary>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <summary>Whether deadlock detection is off.</summary>
    public bool DebugMode { get; set; }

    /// <summary>
    /// Whether timers and tasks of other schedulers that workflow code starts are missed only when they come back, not at once by the
    /// runtime's tracing events.
    /// </summary>
    public bool DisableWorkflowTracingEventListener { get; set; }

    /// <summary>Identity that the code's failures carry.</summary>
    public string? Identity { get; set; }

    /// <summary>Interceptors, outermost first.</summary>
    public IReadOnlyCollection<IWorkerInterceptor>? Interceptors { get; set; }

    /// <summary>Makes loggers; default: none that writes.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Namespace that the code sees; default: <c>ReplayNamespace</c>.</summary>
    public string Namespace { get; set; } = "ReplayNamespace";

    /// <summary>
    /// What the meter of workflow code belongs to; null: <see cref="TemporalRuntime.Default" />. Of what is replayed nothing is measured.
    /// </summary>
    public TemporalRuntime? Runtime { get; set; }

    /// <summary>Task queue of the replayer; default: <c>ReplayTaskQueue</c>. The code sees that of the history.</summary>
    public string TaskQueue { get; set; } = "ReplayTaskQueue";

    /// <summary>Exception types that fail a workflow instead of the task.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>The workflows.</summary>
    public IList<WorkflowDefinition> Workflows { get; private set; } = [];

    /// <summary>Adds a workflow class.</summary>
    /// <typeparam name="T">Class with <see cref="WorkflowAttribute"/>.</typeparam>
    public WorkflowReplayerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow class.</summary>
    public WorkflowReplayerOptions AddWorkflow(Type type) => AddWorkflow(WorkflowDefinition.Create(type));

    /// <summary>Adds a workflow.</summary>
    public WorkflowReplayerOptions AddWorkflow(WorkflowDefinition definition)
    {
        Workflows.Add(definition);
        return this;
    }

    /// <summary>A copy with a list of workflows of its own.</summary>
    public virtual object Clone()
    {
        var copy = (WorkflowReplayerOptions)MemberwiseClone();
        copy.Workflows = [.. Workflows];
        return copy;
    }

    internal void OnTaskStarting(WorkflowTaskStartingEventArgs args) => WorkflowTaskStarting?.Invoke(this, args);

    internal void OnTaskCompleted(WorkflowTaskCompletedEventArgs args) => WorkflowTaskCompleted?.Invoke(this, args);
}
