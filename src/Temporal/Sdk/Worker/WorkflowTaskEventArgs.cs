using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>A workflow task that a worker or replayer works on.</summary>
public abstract class WorkflowTaskEventArgs : EventArgs
{
    private protected WorkflowTaskEventArgs(WorkflowInfo workflowInfo, WorkflowDefinition workflowDefinition) =>
        (WorkflowInfo, WorkflowDefinition) = (workflowInfo, workflowDefinition);

    /// <summary>The run.</summary>
    public WorkflowInfo WorkflowInfo { get; }

    /// <summary>The workflow class.</summary>
    public WorkflowDefinition WorkflowDefinition { get; }
}

/// <summary>A workflow task is about to be worked on.</summary>
public class WorkflowTaskStartingEventArgs : WorkflowTaskEventArgs
{
    internal WorkflowTaskStartingEventArgs(WorkflowInfo workflowInfo, WorkflowDefinition workflowDefinition)
        : base(workflowInfo, workflowDefinition) { }
}

/// <summary>A workflow task has been worked on.</summary>
public class WorkflowTaskCompletedEventArgs : WorkflowTaskEventArgs
{
    internal WorkflowTaskCompletedEventArgs(
        WorkflowInfo workflowInfo,
        WorkflowDefinition workflowDefinition,
        Exception? taskFailureException
    )
        : base(workflowInfo, workflowDefinition) => TaskFailureException = taskFailureException;

    /// <summary>Why the task failed; null when it did not (a workflow may have failed all the same).</summary>
    public Exception? TaskFailureException { get; }
}
