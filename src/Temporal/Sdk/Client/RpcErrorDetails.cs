using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Reads the details of failed calls, without protobuf's descriptors.</summary>
internal static class RpcErrorDetails
{
    private const string Prefix = "temporal.api.errordetails.v1.";

    public static bool TryGetAlreadyStarted(RpcException error, [NotNullWhen(true)] out WorkflowExecutionAlreadyStartedFailure? failure)
    {
        failure =
            error.Code == RpcException.StatusCode.AlreadyExists
                ? Find(DetailsOf(error), "WorkflowExecutionAlreadyStartedFailure", WorkflowExecutionAlreadyStartedFailure.Parser)
                : null;
        return failure is not null;
    }

    public static bool IsQueryFailed(RpcException error) =>
        error.Code == RpcException.StatusCode.InvalidArgument
        && Find(DetailsOf(error), "QueryFailedFailure", QueryFailedFailure.Parser) is not null;

    /// <summary>The failure of the operation that made a call of several fail; the call's own failure when it does not say.</summary>
    public static RpcException CauseOfMultiOperation(RpcException error)
    {
        var statuses = Find(DetailsOf(error), "MultiOperationExecutionFailure", MultiOperationExecutionFailure.Parser)?.Statuses;
        var cause = statuses?.FirstOrDefault(status =>
            status.Code != 0
            && !status.Details.Any(detail => detail.TypeUrl.EndsWith("MultiOperationExecutionAborted", StringComparison.Ordinal))
        );
        if (cause is null)
        {
            return error;
        }

        var raw = new GrpcStatus { Code = cause.Code, Message = cause.Message };
        raw.Details.AddRange(cause.Details);
        return new((RpcException.StatusCode)cause.Code, cause.Message, raw.ToByteArray());
    }

    private static RepeatedField<Any> DetailsOf(RpcException error) => error.GrpcStatus.Value.Details;

    private static T? Find<T>(RepeatedField<Any> details, string name, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        foreach (var detail in details)
        {
            if (detail.TypeUrl.EndsWith(Prefix + name, StringComparison.Ordinal))
            {
                return parser.ParseFrom(detail.Value);
            }
        }

        return null;
    }
}
