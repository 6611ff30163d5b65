using System.Linq.Expressions;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <summary>How a workflow is started. Id and task queue are required.</summary>
public class WorkflowOptions : ICloneable
{
    /// <summary>Without id and task queue yet.</summary>
    public WorkflowOptions() { }

    /// <summary>With id and task queue.</summary>
    public WorkflowOptions(string id, string taskQueue)
    {
        Id = id;
        TaskQueue = taskQueue;
    }

    /// <summary>Workflow id. Required.</summary>
    public string? Id { get; set; }

    /// <summary>Task queue. Required.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>One line about this workflow for people who watch; Markdown allowed.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>More about this workflow for people who watch; Markdown allowed.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>Limit over all runs; null: none.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>Limit of one run; null: none.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Limit of one workflow task; null: the server's default, 10 seconds.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>What happens when a closed workflow has the id. Default: a new run.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>What happens when an open workflow has the id. Unspecified: the start fails.</summary>
    public WorkflowIdConflictPolicy IdConflictPolicy { get; set; } = WorkflowIdConflictPolicy.Unspecified;

    /// <summary>How the workflow is retried; null: not at all.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Cron schedule; null: none. Prefer schedules.</summary>
    public string? CronSchedule { get; set; }

    /// <summary>Values for people and programs that look at the workflow.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Values that workflows are found by.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Wait before the first workflow task; not with a cron schedule.</summary>
    public TimeSpan? StartDelay { get; set; }

    /// <summary>Signal that is sent with the start, also to a workflow that is there; null: none.</summary>
    public string? StartSignal { get; set; }

    /// <summary>Arguments of <see cref="StartSignal" />.</summary>
    public IReadOnlyCollection<object?>? StartSignalArgs { get; set; }

    /// <summary>
    /// Whether the server may hand the first task to a worker on the same client with the answer. A wish: it is not used here.
    /// </summary>
    public bool RequestEagerStart { get; set; }

    /// <summary>Versioning behavior from outside; null: none.</summary>
    public VersioningOverride? VersioningOverride { get; set; }

    /// <summary>Priority; null: default.</summary>
    public Priority? Priority { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <summary>Sets <see cref="StartSignal" /> from a call of a signal method.</summary>
    public void SignalWithStart<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall)
    {
        var (method, args) = ExpressionCalls.ReadCall(signalCall);
        SignalWithStart(WorkflowSignalDefinition.NameOf(method), args);
    }

    /// <summary>Sets <see cref="StartSignal" />.</summary>
    public void SignalWithStart(string signal, IReadOnlyCollection<object?> args)
    {
        StartSignal = signal;
        StartSignalArgs = args;
    }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (WorkflowOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}
