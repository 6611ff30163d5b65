using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>
/// Leaves payloads sent to a workflow (start, signals, updates, queries) unconverted, because only <see cref="WorkflowMessageInterceptor"/>
/// knows the target parameters. If a converter throws, the SDK drops a signal without a record, or repeatedly fails the first workflow task
/// of a new workflow. Results of activities and child workflows are converted as usual.
/// </summary>
/// <param name="inner">Converter for all other payloads.</param>
/// <param name="workflowId">Id of the workflow that receives the payloads, or null outside of workflows.</param>
internal sealed class ArgumentPassThroughPayloadConverter(IPayloadConverter inner, string? workflowId = null)
    : IPayloadConverter,
        IWithSerializationContext<IPayloadConverter>
{
    public Payload ToPayload(object? value) => inner.ToPayload(value);

    public object? ToValue(Payload payload, Type type) =>
        workflowId is not null && Workflow.InWorkflow && Workflow.Info.WorkflowId == workflowId
            ? new RawValue(payload)
            : inner.ToValue(payload, type);

    public IPayloadConverter WithSerializationContext(ISerializationContext context) =>
        new ArgumentPassThroughPayloadConverter(
            inner is IWithSerializationContext<IPayloadConverter> aware ? aware.WithSerializationContext(context) : inner,
            (context as ISerializationContext.Workflow)?.WorkflowId
        );
}
