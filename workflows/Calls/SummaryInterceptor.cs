using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Calls;

/// <summary>Adds a summary to each activity, in one place for all workflows. A replay does not compare summaries, so their texts may
/// change.</summary>
internal sealed class SummaryInterceptor : IWorkerInterceptor
{
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => new Inbound(nextInterceptor);

    private sealed class Inbound(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new Outbound(outbound));
    }

    private sealed class Outbound(WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
    {
        public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
        {
            var options = (ActivityOptions)input.Options.Clone();
            options.Summary ??= ActivitySummaries.Of(input.Args.FirstOrDefault());
            return base.ScheduleActivityAsync<TResult>(input with { Options = options });
        }
    }
}
