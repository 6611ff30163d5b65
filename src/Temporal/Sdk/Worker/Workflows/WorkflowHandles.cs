using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>A started child, for workflow code.</summary>
internal sealed class ChildHandle<TWorkflow, TResult>(WorkflowInstance instance, ChildCall call) : ChildWorkflowHandle<TWorkflow, TResult>
{
    public override string Id => call.Id;

    public override string FirstExecutionRunId => call.RunId;

    public override Task<TLocalResult> GetResultAsync<TLocalResult>() =>
        instance.StackTraces.Traced(call.ResultAsync<TLocalResult>(), call.Trace);

    public override Task SignalAsync(string signal, IReadOnlyCollection<object?> args, ChildWorkflowSignalOptions? options = null) =>
        instance.Outbound.SignalChildWorkflowAsync(new(Id, signal, args, options, Headers: null));
}

/// <summary>Another workflow, for workflow code.</summary>
internal sealed class ExternalHandle<TWorkflow>(WorkflowInstance instance, string id, string? runId) : ExternalWorkflowHandle<TWorkflow>
{
    public override string Id => id;

    public override string? RunId => runId;

    public override Task CancelAsync() => instance.Outbound.CancelExternalWorkflowAsync(new(id, runId));

    public override Task SignalAsync(string signal, IReadOnlyCollection<object?> args, ExternalWorkflowSignalOptions? options = null) =>
        instance.Outbound.SignalExternalWorkflowAsync(new(id, runId, signal, args, options, Headers: null));
}
