namespace Orchestrator.Client;

/// <summary>Recognizes calls that failed because the connection was lost. It is unknown whether the server executed such a call.</summary>
public static class LostConnectionDetector
{
    /// <summary>
    /// True for UNAVAILABLE, and for the errors that the SDK core reports if a connection breaks during a response. These are UNKNOWN,
    /// INTERNAL or CANCELLED with a message from the transport (tonic, h2).
    /// </summary>
    public static bool IsCauseOf(RpcException failure) =>
        failure.Code == RpcException.StatusCode.Unavailable
        || (
            failure.Code is RpcException.StatusCode.Unknown or RpcException.StatusCode.Internal or RpcException.StatusCode.Cancelled
            && (
                failure.Message.Contains("transport error", StringComparison.Ordinal)
                || failure.Message.Contains("h2 protocol error", StringComparison.Ordinal)
            )
        );
}
