using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Provides access to the task whose workflow scheduled the current activity.</summary>
internal static class CurrentTask
{
    /// <summary>Handle of the task's workflow.</summary>
    public static WorkflowHandle<ITaskWorkflow> Workflow
    {
        get
        {
            var context = ActivityExecutionContext.Current;
            return context.TemporalClient.GetWorkflowHandle<ITaskWorkflow>(
                context.Info.WorkflowId ?? throw new InvalidOperationException("Only a task's workflow can call this activity.")
            );
        }
    }

    /// <summary>Sends a task's report to the workflow of its run.</summary>
    public static Task ReportAsync(string runId, TaskReport report, CancellationToken stop) =>
        ActivityExecutionContext
            .Current.TemporalClient.GetWorkflowHandle<IOrchestrationWorkflow>(runId)
            .SignalAsync(
                run => run.TaskChangedAsync(report),
                new WorkflowSignalOptions { Rpc = new RpcOptions { CancellationToken = stop } }
            );

    /// <summary>
    /// Announces the start of a shared run's agent to the task's workflow. The workflow then knows about the agent even if this host is
    /// lost before its first push. Fails if the agent is no longer wanted on this host.
    /// </summary>
    /// <param name="start">Number of the agent run.</param>
    /// <exception cref="RunStepFailedException">The agent is no longer wanted on this host.</exception>
    public static async Task AnnounceAgentAsync(int start)
    {
        var agent = new AnnounceAgentStartArguments(start, ActivityExecutionContext.Current.Info.TaskQueue);
        try
        {
            await ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop =>
                Workflow.ExecuteUpdateAsync(
                    task => task.AgentBeginsAsync(agent),
                    new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = stop } }
                )
            );
        }
        catch (WorkflowUpdateFailedException refused)
        {
            throw new RunStepFailedException(refused.InnerException?.Message ?? refused.Message, refused, FailureTypes.WorkerStops)
            {
                IsFinal = false,
            };
        }
    }
}
