using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>How a child workflow is started.</summary>
public class ChildWorkflowOptions : ICloneable
{
    /// <summary>Token that cancels the start and the child; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>What a cancelled call does.</summary>
    public ChildWorkflowCancellationType CancellationType { get; set; } = ChildWorkflowCancellationType.WaitCancellationCompleted;

    /// <summary>Cron expression; each run is followed by another.</summary>
    public string? CronSchedule { get; set; }

    /// <summary>Longest time for the chain of runs.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>Workflow id; default: a generated one.</summary>
    public string? Id { get; set; }

    /// <summary>Whether the id may be one that was used before.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>Memo of the child.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>What happens to the child when this workflow closes.</summary>
    public ParentClosePolicy ParentClosePolicy { get; set; } = ParentClosePolicy.Terminate;

    /// <summary>Place among other work of the task queue.</summary>
    public Priority? Priority { get; set; }

    /// <summary>Retries of the whole child; default: none.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Longest time for one run.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Text for people, several lines, shown by tools.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>One line for people, shown by tools.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>Task queue; default: this workflow's.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Longest time for one workflow task; default 10 s.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Search attributes of the child.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Version wish (build-id versioning of old).</summary>
    public VersioningIntent VersioningIntent { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How a child workflow is signalled.</summary>
public class ChildWorkflowSignalOptions : ICloneable
{
    /// <summary>Token that cancels the signal while it is not delivered; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How another workflow is signalled.</summary>
public class ExternalWorkflowSignalOptions : ICloneable
{
    /// <summary>Token that cancels the signal while it is not delivered; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}
