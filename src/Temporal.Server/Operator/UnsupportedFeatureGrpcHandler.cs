using Google.Protobuf;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>
/// Rejects calls for unsupported features of Temporal's API, such as Nexus, standalone activities, and workers that the server starts
/// itself. Without the rejection, the caller would wait forever.
/// </summary>
internal sealed class UnsupportedFeatureGrpcHandler(NamespaceRegistry namespaces) : IServiceHandler
{
    /// <summary>Error message for Nexus requests.</summary>
    public const string Nexus =
        "The embedded engine does not execute Nexus operations, so it has no Nexus endpoints. Call the other "
        + "service from an activity, or use a Temporal server.";

    private const string StandaloneActivity =
        "The embedded engine does not execute activities without a workflow. Start a workflow that runs the "
        + "activity, or use a Temporal server.";

    /// <summary>Error message for requests that would make the server start workers.</summary>
    public const string Compute =
        "The embedded engine does not start workers, so it accepts no compute configuration. Start the workers "
        + "yourself, or use a Temporal server.";

    // The Temporal server's message when this feature is disabled.
    private const string StandaloneNexus = "Standalone Nexus operation is disabled";
    private const string TimeSkipping = "The Time-Skipping feature is not enabled for namespace.";

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.Add((CreateNexusEndpointRequest _) => Refuse<CreateNexusEndpointResponse>());
        table.Add((UpdateNexusEndpointRequest _) => Refuse<UpdateNexusEndpointResponse>());
        table.Add((DeleteNexusEndpointRequest _) => Refuse<DeleteNexusEndpointResponse>());
        table.Add((GetNexusEndpointRequest _) => Refuse<GetNexusEndpointResponse>());
        table.Add((ListNexusEndpointsRequest _) => new ListNexusEndpointsResponse());

        Refuse(table, (StartActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (DescribeActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (PollActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (ListActivityExecutionsRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (CountActivityExecutionsRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (RequestCancelActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (TerminateActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (DeleteActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (PauseActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (UnpauseActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (ResetActivityExecutionRequest request) => request.Namespace, StandaloneActivity);
        Refuse(table, (UpdateActivityExecutionOptionsRequest request) => request.Namespace, StandaloneActivity);

        Refuse(table, (StartNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (DescribeNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (PollNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (ListNexusOperationExecutionsRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (CountNexusOperationExecutionsRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (RequestCancelNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (TerminateNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);
        Refuse(table, (DeleteNexusOperationExecutionRequest request) => request.Namespace, StandaloneNexus);

        Refuse(table, (PollWorkflowExecutionTimeSkippingRequest request) => request.Namespace, TimeSkipping);
        Refuse(table, (UpdateWorkerDeploymentVersionComputeConfigRequest request) => request.Namespace, Compute);
        Refuse(table, (ValidateWorkerDeploymentVersionComputeConfigRequest request) => request.Namespace, Compute);
    }

    private static TResponse Refuse<TResponse>() => throw GrpcErrorFactory.Unimplemented(Nexus);

    private void Refuse<TRequest>(GrpcMethodRegistry table, Func<TRequest, string> ns, string message)
        where TRequest : IMessage<TRequest>, new() =>
        table.AddRaw<TRequest>(
            (_, request) =>
            {
                namespaces.Resolve(ns(request));
                throw GrpcErrorFactory.Unimplemented(message);
            }
        );
}
