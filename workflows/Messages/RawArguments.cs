using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>Leaves what a workflow is sent (start, signals, updates, queries) as it came, because <see cref="MessageInterceptor"/> alone
/// knows the parameters that it is for. Where a converter throws, the SDK drops a signal before anybody can note it, and fails the task of
/// a workflow that is started, again and again. Results of activities and of other workflows are read as usual.</summary>
/// <param name="inner">Reads and writes everything else.</param>
/// <param name="workflowId">The workflow that is written to or read from; null: it is no workflow.</param>
internal sealed class RawArguments(IPayloadConverter inner, string? workflowId = null)
    : IPayloadConverter,
        IWithSerializationContext<IPayloadConverter>
{
    public Payload ToPayload(object? value) => inner.ToPayload(value);

    public object? ToValue(Payload payload, Type type) =>
        workflowId is not null && Workflow.InWorkflow && Workflow.Info.WorkflowId == workflowId
            ? new RawValue(payload)
            : inner.ToValue(payload, type);

    public IPayloadConverter WithSerializationContext(ISerializationContext context) =>
        new RawArguments(
            inner is IWithSerializationContext<IPayloadConverter> aware ? aware.WithSerializationContext(context) : inner,
            (context as ISerializationContext.Workflow)?.WorkflowId
        );
}
