using Temporalio.Converters;

namespace Temporalio.Client;

/// <summary>How calls about a workflow name it, and what converts for it.</summary>
internal static class WorkflowReferences
{
    public static Api.Common.V1.WorkflowExecution Execution(string id, string? runId) =>
        new() { WorkflowId = id, RunId = runId ?? string.Empty };

    public static DataConverter ConverterFor(this ITemporalClient client, string workflowId) =>
        client.Options.DataConverter.WithSerializationContext(new ISerializationContext.Workflow(client.Options.Namespace, workflowId));
}
