using Temporalio.Common;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Adds a summary to each activity, and a priority to each activity and child workflow. A replay does not compare summaries and priorities
/// with the history, so both may change between versions.
/// </summary>
internal sealed class CallOptionsInterceptor : IWorkerInterceptor
{
    private static readonly string Run = nameof(IOrchestrationWorkflow)[1..];

    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
        new ActivityRoutingInboundInterceptor(nextInterceptor);

    private sealed class ActivityRoutingInboundInterceptor(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new ActivityRoutingOutboundInterceptor(outbound));
    }

    private sealed class ActivityRoutingOutboundInterceptor(WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
    {
        public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
        {
            var options = (ActivityOptions)input.Options.Clone();
            options.Summary ??= ActivitySummaryFormatter.Of(input.Args.FirstOrDefault());
            options.Priority ??= new Priority(ActivityPrioritySelector.Of(input.Activity), FairnessKey());
            return base.ScheduleActivityAsync<TResult>(input with { Options = options });
        }

        public override Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
            StartChildWorkflowInput input
        )
        {
            var options = (ChildWorkflowOptions)input.Options.Clone();
            options.Priority ??= new Priority(ActivityPrioritySelector.OfChild(input.Workflow), FairnessKey());
            return base.StartChildWorkflowAsync<TWorkflow, TResult>(input with { Options = options });
        }

        /// <summary>
        /// Returns the fairness key that all workflows of a run share, even if the run itself is a child of another workflow.
        /// </summary>
        private static string FairnessKey() =>
            RunIds.FairnessKey(
                Workflow.Info.WorkflowType != Run && Workflow.Info.Parent is { } run ? run.WorkflowId : Workflow.Info.WorkflowId
            );
    }
}
