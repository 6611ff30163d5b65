using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Messages;

/// <summary>
/// Validates messages before workflow code receives them. An unreadable start fails the workflow, an unreadable update is rejected, and an
/// unreadable signal is recorded and dropped. Unexpected exceptions in a handler are treated in the same way, because the SDK would fail
/// the workflow task or the workflow.
/// </summary>
internal sealed class WorkflowMessageInterceptor : IWorkerInterceptor
{
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
        new ActivityRoutingInboundInterceptor(nextInterceptor);

    private sealed class ActivityRoutingInboundInterceptor(WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        private static WorkflowBase Receiver => (WorkflowBase)Workflow.Instance;

        public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
        {
            var (values, fault) = IncomingWorkflowArgumentReader.Read(input.RunMethod, input.Args);
            if (fault.Length > 0)
            {
                var unreadable = WorkflowBase.UnreadableStart(fault);
                Receiver.EndsAsFailed(unreadable.Message);
                throw unreadable;
            }
            // The SDK evaluates wait conditions after any workflow code has run. For a cancellation request, only this line runs.
            _ = Workflow.WaitConditionAsync(() => false, Workflow.CancellationToken);
            return base.ExecuteWorkflowAsync(input with { Args = values });
        }

        public override async Task HandleSignalAsync(HandleSignalInput input)
        {
            var receiver = Receiver;
            try
            {
                if (!input.Definition.Dynamic)
                {
                    await receiver.WaitUntilReadyAsync(input.Signal);
                    await base.HandleSignalAsync(input with { Args = Read(WorkflowMessageKind.Signal, input.Signal, input.Args) });
                }
                else if (Workflow.Updates.TryGetValue(input.Signal, out var command))
                {
                    await ExecuteUpdateAsync(new(Id: "", input.Signal, command, (object?[])input.Args[^1]!, input.Headers));
                }
                else
                {
                    await receiver.WaitUntilReadyAsync(input.Signal);
                    await base.HandleSignalAsync(input);
                }
            }
            catch (ApplicationFailureException unreadable) when (unreadable.ErrorType == WorkflowBase.InvalidInput)
            {
                receiver.NoteDropped($"the signal '{input.Signal}' was dropped: {unreadable.Message}");
            }
            catch (ApplicationFailureException refused)
            {
                receiver.NoteDropped($"a command was refused: {refused.Message}");
            }
            catch (Exception unexpected)
            {
                Workflow.Logger.HandlerFailed(input.Signal, unexpected);
                receiver.NoteDropped($"the signal '{input.Signal}' failed because of a bug and was dropped: {unexpected.Message}");
            }
        }

        public override void ValidateUpdate(HandleUpdateInput input)
        {
            var arguments = Read(WorkflowMessageKind.Update, input.Update, input.Args);
            // Validation needs the run's state. Until the state is restored, only the handler validates.
            if (!Receiver.IsReadyFor(input.Update))
            {
                return;
            }
            arguments = Receiver.Authenticate(input.Update, arguments);
            if (!Receiver.TryFindAnswer(arguments, out _))
            {
                base.ValidateUpdate(input with { Args = arguments });
            }
        }

        public override async Task<object?> HandleUpdateAsync(HandleUpdateInput input)
        {
            var receiver = Receiver;
            try
            {
                return await ExecuteUpdateAsync(input);
            }
            catch (Exception unexpected) when (unexpected is not ApplicationFailureException)
            {
                Workflow.Logger.HandlerFailed(input.Update, unexpected);
                receiver.NoteDropped($"the command '{input.Update}' failed because of a bug: {unexpected.Message}");
                throw WorkflowBase.Invalid($"{input.Update} failed because of a bug: {unexpected.Message}", WorkflowBase.InvalidCommand);
            }
        }

        public override object? HandleQuery(HandleQueryInput input) =>
            base.HandleQuery(input with { Args = Read(WorkflowMessageKind.Query, input.Query, input.Args) });

        /// <summary>
        /// Validates again before executing the update. The state may have changed since acceptance, and a command that arrived as a signal
        /// was not validated at all.
        /// </summary>
        private async Task<object?> ExecuteUpdateAsync(HandleUpdateInput input)
        {
            var receiver = Receiver;
            await receiver.WaitUntilReadyAsync(input.Update);
            var arguments = receiver.Authenticate(input.Update, Read(WorkflowMessageKind.Update, input.Update, input.Args));
            if (receiver.TryFindAnswer(arguments, out var earlier))
            {
                return await earlier;
            }
            var read = input with { Args = arguments };
            base.ValidateUpdate(read);
            var answer = base.HandleUpdateAsync(read);
            receiver.StoreAnswer(arguments, answer);
            return await answer;
        }

        private static object?[] Read(WorkflowMessageKind kind, string name, object?[] arguments)
        {
            var (values, fault) = IncomingWorkflowArgumentReader.Read(
                WorkflowMessageHandlerFinder.Of(Workflow.Instance.GetType())[(kind, name)],
                arguments
            );
            return fault.Length == 0 ? values : throw WorkflowBase.Invalid(fault, WorkflowBase.InvalidInput);
        }
    }
}
