namespace Orchestrator.Client;

/// <summary>Checks whether a call failed because the server went away, so that nobody knows whether it was carried out.</summary>
public static class LostConnection
{
    /// <summary>True for UNAVAILABLE, and for what the client's core says where the connection ends in the middle of an answer: UNKNOWN,
    /// INTERNAL or CANCELLED with the words of its transport (tonic, h2).</summary>
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
