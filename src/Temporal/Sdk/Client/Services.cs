using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Client;

/// <summary>Full names of the services, and which of their calls wait on the server.</summary>
internal static class Services
{
    public const string Workflow = "temporal.api.workflowservice.v1.WorkflowService";

    public const string Operator = "temporal.api.operatorservice.v1.OperatorService";

    public const string Test = "temporal.api.testservice.v1.TestService";

    public const string Health = "grpc.health.v1.Health";

    /// <summary>
    /// Whether a call may stay open for long; such calls go over connections of their own so that they hold up no others.
    /// </summary>
    public static bool Waits(IMessage request) =>
        request switch
        {
            PollWorkflowTaskQueueRequest
            or PollActivityTaskQueueRequest
            or PollNexusTaskQueueRequest
            or PollWorkflowExecutionUpdateRequest
            or PollActivityExecutionRequest => true,
            GetWorkflowExecutionHistoryRequest history => history.WaitNewEvent,
            UpdateWorkflowExecutionRequest or ExecuteMultiOperationRequest or QueryWorkflowRequest => true,
            Api.TestService.V1.SleepRequest or Api.TestService.V1.SleepUntilRequest => true,
            _ => false,
        };
}
