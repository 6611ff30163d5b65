using Temporalio.Worker.Interceptors;

namespace Temporalio.Worker.Workflows;

/// <summary>The end of the chain of inbound interceptors: calls the workflow object.</summary>
internal sealed class WorkflowInbound(WorkflowInstance instance) : WorkflowInboundInterceptor
{
    public override void Init(WorkflowOutboundInterceptor outbound) => instance.Outbound = outbound;

    public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input) =>
        instance.RunMethod.InvokeAsync(input.Instance, input.Args);

    public override object? HandleQuery(HandleQueryInput input) => input.Definition.Handler.Invoke(instance.Instance, input.Args);

    public override Task HandleSignalAsync(HandleSignalInput input) => input.Definition.Handler.InvokeAsync(instance.Instance, input.Args);

    public override Task<object?> HandleUpdateAsync(HandleUpdateInput input) =>
        input.Definition.Handler.InvokeAsync(instance.Instance, input.Args);

    public override void ValidateUpdate(HandleUpdateInput input) => input.Definition.Validator?.Invoke(instance.Instance, input.Args);
}
