using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Calls;

/// <summary>Sends the activities of a workflow to the machine that its run was moved to, or to the host of its task, those under way
/// too: they do only what is still missing, so that each may be begun again there. An activity that its caller has interrupted ends with
/// that.</summary>
internal sealed class MachineInterceptor : IWorkerInterceptor
{
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => new Inbound(nextInterceptor);

    private sealed class Inbound(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new Outbound(outbound));
    }

    private sealed class Outbound(WorkflowOutboundInterceptor next) : WorkflowOutboundInterceptor(next)
    {
        public override async Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
        {
            var machine = ((IHasMachine)Workflow.Instance).Machine;
            var asked = input.Options.CancellationToken ?? Workflow.CancellationToken;
            while (true)
            {
                if (ActivityMachine.IsAtPlace(input.Options.TaskQueue!) && machine.Arrive is { } arrive)
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
                    when (moved.IsCancellationRequested && !asked.IsCancellationRequested && ActivityEnds.HasNoOutcome(left))
                {
                    // It is begun again on the other machine.
                }
            }
        }
    }
}
