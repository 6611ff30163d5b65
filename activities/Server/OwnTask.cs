using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

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

    /// <summary>An agent of a shared run is begun only where it is wanted. Its workflow knows of it from then on: this machine may be lost
    /// before it has shared anything of it.</summary>
    /// <param name="start">Number of the agent run.</param>
    /// <exception cref="StepException">It is not wanted here any more.</exception>
    public static async Task DemandWantedAsync(int start)
    {
        var agent = new AgentBeginning(start, ActivityExecutionContext.Current.Info.TaskQueue);
        try
        {
            await Heartbeats.WhileAsync(stop =>
                Workflow.ExecuteUpdateAsync(
                    task => task.AgentBeginsAsync(agent),
                    new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = stop } }
                )
            );
        }
        catch (WorkflowUpdateFailedException refused)
        {
            throw new StepException(refused.InnerException?.Message ?? refused.Message, refused, FailureTypes.WorkerStops)
            {
                IsFinal = false,
            };
        }
    }
}
