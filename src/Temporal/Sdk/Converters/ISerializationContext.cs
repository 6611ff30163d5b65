using Temporalio.Activities;

namespace Temporalio.Converters;

/// <summary>What a value is converted for.</summary>
public interface ISerializationContext
{
    /// <summary>A context that belongs to a workflow.</summary>
    interface IHasWorkflow : ISerializationContext
    {
        /// <summary>Namespace of the workflow.</summary>
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1716", Justification = "The official shape.")]
        string Namespace { get; }

        /// <summary>Id of the workflow.</summary>
        string WorkflowId { get; }
    }

    /// <summary>Values of a workflow.</summary>
    /// <param name="Namespace">Namespace of the workflow.</param>
    /// <param name="WorkflowId">Id of the workflow.</param>
    sealed record Workflow(string Namespace, string WorkflowId) : IHasWorkflow;

    /// <summary>Values of an activity.</summary>
    /// <param name="Namespace">Namespace of the workflow.</param>
    /// <param name="ActivityId">Id of the activity, if known.</param>
    /// <param name="WorkflowId">Id of the workflow.</param>
    /// <param name="WorkflowType">Type of the workflow, if known.</param>
    /// <param name="ActivityType">Type of the activity.</param>
    /// <param name="ActivityTaskQueue">Task queue of the activity.</param>
    /// <param name="IsLocal">Whether it is a local activity.</param>
    sealed record Activity(
        string Namespace,
        string? ActivityId,
        string? WorkflowId,
        string? WorkflowType,
        string ActivityType,
        string ActivityTaskQueue,
        bool IsLocal
    ) : IHasWorkflow
    {
        /// <summary>The context of a running activity.</summary>
        public Activity(ActivityInfo info)
            : this(info.Namespace, info.ActivityId, info.WorkflowId, info.WorkflowType, info.ActivityType, info.TaskQueue, info.IsLocal) { }

        /// <inheritdoc />
        string IHasWorkflow.WorkflowId => WorkflowId ?? string.Empty;
    }
}
