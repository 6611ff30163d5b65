using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Temporal.Server.History;

/// <summary>Creates failures that originate in the server.</summary>
internal static class ServerFailureFactory
{
    private const string Source = "Server";

    public static Failure Timeout(TimeoutType type, string message, Payloads? lastHeartbeat = null, Failure? cause = null) =>
        new()
        {
            Message = message,
            Source = Source,
            TimeoutFailureInfo = new TimeoutFailureInfo { TimeoutType = type, LastHeartbeatDetails = lastHeartbeat },
            Cause = cause,
        };

    public static Failure Server(string message, bool nonRetryable = false) =>
        new()
        {
            Message = message,
            Source = Source,
            ServerFailureInfo = new ServerFailureInfo { NonRetryable = nonRetryable },
        };

    public static Failure Application(string message, string type, bool nonRetryable) =>
        new()
        {
            Message = message,
            Source = Source,
            ApplicationFailureInfo = new ApplicationFailureInfo { Type = type, NonRetryable = nonRetryable },
        };
}
