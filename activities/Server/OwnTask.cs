using Orchestrator.Messages;
using Temporalio.Activities;
using Temporalio.Client;

namespace Orchestrator.Activities;

/// <summary>The task that the running activity is a step of.</summary>
internal static class OwnTask
{
    /// <summary>The workflow of that task.</summary>
    public static WorkflowHandle<ITaskWorkflow> Workflow
    {
        get
        {
            var context = ActivityExecutionContext.Current;
            return context.TemporalClient.GetWorkflowHandle<ITaskWorkflow>(
                context.Info.WorkflowId ?? throw new InvalidOperationException("It is a step of a task.")
            );
        }
    }
}
