using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Grpc;
using Temporalio.Api.ErrorDetails.V1;
using RpcStatus = Google.Rpc.Status;

namespace Temporal.Server.Common;

/// <summary>Failures as clients know them: a status, a message, and the detail that names the kind.</summary>
internal static class RpcErrors
{
    public static GrpcException InvalidArgument(string message) => new(GrpcStatusCode.InvalidArgument, message);

    public static GrpcException FailedPrecondition(string message) => new(GrpcStatusCode.FailedPrecondition, message);

    public static GrpcException Unavailable(string message, Exception? inner = null) =>
        new(GrpcStatusCode.Unavailable, message, innerException: inner);

    public static GrpcException Unimplemented(string message) => new(GrpcStatusCode.Unimplemented, message);

    /// <summary>RESOURCE_EXHAUSTED for a workflow that can't take the call just now; clients try again.</summary>
    public static GrpcException BusyWorkflow(string message) =>
        Create(
            GrpcStatusCode.ResourceExhausted,
            message,
            "temporal.api.errordetails.v1.ResourceExhaustedFailure",
            new ResourceExhaustedFailure
            {
                Cause = Temporalio.Api.Enums.V1.ResourceExhaustedCause.BusyWorkflow,
                Scope = Temporalio.Api.Enums.V1.ResourceExhaustedScope.Namespace,
            }
        );

    /// <summary>NOT_FOUND with the detail that clients take for a missing workflow.</summary>
    public static GrpcException NotFound(string message) =>
        Create(GrpcStatusCode.NotFound, message, "temporal.api.errordetails.v1.NotFoundFailure", new NotFoundFailure());

    public static GrpcException NamespaceNotFound(string name) =>
        Create(
            GrpcStatusCode.NotFound,
            $"Namespace {name} is not found.",
            "temporal.api.errordetails.v1.NamespaceNotFoundFailure",
            new NamespaceNotFoundFailure { Namespace = name }
        );

    public static GrpcException AlreadyStarted(string message, string startRequestId, string runId) =>
        Create(
            GrpcStatusCode.AlreadyExists,
            message,
            "temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure",
            new WorkflowExecutionAlreadyStartedFailure { StartRequestId = startRequestId, RunId = runId }
        );

    public static GrpcException QueryFailed(string message, Temporalio.Api.Failure.V1.Failure? failure = null) =>
        Create(
            GrpcStatusCode.InvalidArgument,
            message,
            "temporal.api.errordetails.v1.QueryFailedFailure",
            new QueryFailedFailure { Failure = failure }
        );

    public static GrpcException WorkflowNotReady(string message) =>
        Create(
            GrpcStatusCode.FailedPrecondition,
            message,
            "temporal.api.errordetails.v1.WorkflowNotReadyFailure",
            new WorkflowNotReadyFailure()
        );

    /// <summary>A failure with a detail of the given full protobuf name.</summary>
    public static GrpcException Create(GrpcStatusCode code, string message, string detailName, IMessage detail)
    {
        var status = new RpcStatus { Code = (int)code, Message = message };
        status.Details.Add(new Any { TypeUrl = "type.googleapis.com/" + detailName, Value = detail.ToByteString() });
        return new GrpcException(code, message, status.ToByteArray());
    }
}
