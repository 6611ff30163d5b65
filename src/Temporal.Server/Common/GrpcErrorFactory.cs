using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.ErrorDetails.V1;
using RpcStatus = Temporalio.Api.Common.V1.GrpcStatus;

namespace Temporal.Server.Common;

/// <summary>
/// Creates errors as Temporal clients expect them, with a status, a message, and the detail that identifies the kind of error.
/// </summary>
internal static class GrpcErrorFactory
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    // In bytes, as encoded in the header.
    private const int LongestMessage = 8 * 1024;

    // A character takes up to three bytes in UTF-8, each encoded as %XX.
    private const int WorstEncoding = 9;
    private const int LargestDetails = 24 * 1024;

    public static RpcException InvalidArgument(string message) => Of(StatusCode.InvalidArgument, message);

    public static RpcException FailedPrecondition(string message) => Of(StatusCode.FailedPrecondition, message);

    public static RpcException Unavailable(string message, Exception? inner = null) => Of(StatusCode.Unavailable, message, inner);

    public static RpcException Unimplemented(string message) => Of(StatusCode.Unimplemented, message);

    /// <summary>Creates RESOURCE_EXHAUSTED for a workflow that can't accept the call now. Clients retry after this error.</summary>
    public static RpcException BusyWorkflow(string message) =>
        Create(
            StatusCode.ResourceExhausted,
            message,
            "temporal.api.errordetails.v1.ResourceExhaustedFailure",
            new ResourceExhaustedFailure
            {
                Cause = Temporalio.Api.Enums.V1.ResourceExhaustedCause.BusyWorkflow,
                Scope = Temporalio.Api.Enums.V1.ResourceExhaustedScope.Namespace,
            }
        );

    /// <summary>Creates NOT_FOUND with the detail by which clients recognize a missing workflow.</summary>
    public static RpcException NotFound(string message) =>
        Create(StatusCode.NotFound, message, "temporal.api.errordetails.v1.NotFoundFailure", new NotFoundFailure());

    public static RpcException NamespaceNotFound(string name) =>
        Create(
            StatusCode.NotFound,
            $"Namespace {name} is not found.",
            "temporal.api.errordetails.v1.NamespaceNotFoundFailure",
            new NamespaceNotFoundFailure { Namespace = name }
        );

    public static RpcException AlreadyStarted(string message, string startRequestId, string runId, string firstRunId) =>
        Create(
            StatusCode.AlreadyExists,
            message,
            "temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure",
            new WorkflowExecutionAlreadyStartedFailure
            {
                StartRequestId = startRequestId,
                RunId = runId,
                FirstExecutionRunId = firstRunId,
            }
        );

    public static RpcException QueryFailed(string message, Temporalio.Api.Failure.V1.Failure? failure = null) =>
        Create(
            StatusCode.InvalidArgument,
            message,
            "temporal.api.errordetails.v1.QueryFailedFailure",
            new QueryFailedFailure { Failure = failure }
        );

    public static RpcException WorkflowNotReady(string message) =>
        Create(
            StatusCode.FailedPrecondition,
            message,
            "temporal.api.errordetails.v1.WorkflowNotReadyFailure",
            new WorkflowNotReadyFailure()
        );

    /// <summary>Creates an error with a detail whose protobuf type has the specified full name.</summary>
    public static RpcException Create(StatusCode code, string message, string detailName, IMessage detail)
    {
        var status = new RpcStatus { Code = (int)code, Message = message };
        status.Details.Add(new Any { TypeUrl = "type.googleapis.com/" + detailName, Value = detail.ToByteString() });
        return new RpcException(new Status(code, message), new Metadata { { DetailsTrailer, status.ToByteArray() } }, message);
    }

    /// <summary>Creates an error without a detail.</summary>
    public static RpcException Of(StatusCode code, string message, Exception? inner = null) =>
        new(new Status(code, message, inner), message);

    /// <summary>Returns the details of an error. Empty if it has none.</summary>
    public static IEnumerable<Any> DetailsOf(RpcException failure) =>
        failure.Trailers.GetValueBytes(DetailsTrailer) is { } bytes ? RpcStatus.Parser.ParseFrom(bytes).Details : [];

    /// <summary>
    /// Converts an exception thrown by a handler to the error that the client receives. The error's message and details are sent in
    /// headers, and clients drop the whole connection when headers are too large. An overlong message is therefore truncated, and oversized
    /// details are omitted.
    /// </summary>
    /// <returns>The error, or null for an internal fault, which the caller must log.</returns>
    public static RpcException? Answered(Exception thrown, CancellationToken call) =>
        thrown switch
        {
            RpcException failure
                when EncodedLength(failure.Status.Detail) <= LongestMessage
                    && failure.Trailers.GetValueBytes(DetailsTrailer) is not { Length: > LargestDetails } => failure,
            RpcException failure => new RpcException(
                new Status(failure.StatusCode, Cut(failure.Status.Detail)),
                failure.Trailers.GetValueBytes(DetailsTrailer) is { Length: <= LargestDetails } details
                    ? new Metadata { { DetailsTrailer, details } }
                    : []
            ),
            OperationCanceledException => Of(StatusCode.Cancelled, "context canceled"),
            IOException when call.IsCancellationRequested => Of(StatusCode.Cancelled, "context canceled"),
            _ => null,
        };

    private static string Cut(string text) =>
        EncodedLength(text) <= LongestMessage
            ? text
            : string.Create(CultureInfo.InvariantCulture, $"{text[..(LongestMessage / WorstEncoding)]}... ({text.Length} characters)");

    private static int EncodedLength(string text) =>
        Encoding.UTF8.GetBytes(text).Sum(letter => letter is >= (byte)' ' and <= (byte)'~' and not (byte)'%' ? 1 : 3);
}
