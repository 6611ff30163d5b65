using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Routes the activities of a workflow to the host that its run has moved to, or to the worker host of its task. Restarts running
/// activities there, which is safe because they are idempotent. If the caller interrupted an activity, the interruption is passed on
/// instead.
/// </summary>
internal sealed class ActivityRoutingInterceptor : IWorkerInterceptor
{
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
        new ActivityRoutingInboundInterceptor(nextInterceptor);

    private sealed class ActivityRoutingInboundInterceptor(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new ActivityRoutingOutboundInterceptor(outbound));
    }

    private sealed class ActivityRoutingOutboundInterceptor(WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
    {
        public override async Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
        {
            var machine = ((IHasActivityRouting)Workflow.Instance).Machine;
            var asked = input.Options.CancellationToken ?? Workflow.CancellationToken;
            while (true)
            {
                if (ActivityRouting.IsAtPlace(input.Options.TaskQueue!) && machine.Arrive is { } arrive)
                {
                    await arrive();
                }
                var moved = machine.Left(input.Options.TaskQueue!);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(asked, moved);
                var options = (ActivityOptions)input.Options.Clone();
                options.TaskQueue = machine.QueueOf(options.TaskQueue!);
                options.CancellationToken = either.Token;
                try
                {
                    return await base.ScheduleActivityAsync<TResult>(input with { Options = options });
                }
                catch (ActivityFailureException left)
                    when (moved.IsCancellationRequested && !asked.IsCancellationRequested && ActivityFailureClassifier.HasNoOutcome(left))
                {
                    // The loop starts the activity again on the other host.
                }
            }
        }
    }
}
