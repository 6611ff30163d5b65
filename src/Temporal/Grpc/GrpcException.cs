namespace Temporal.Grpc;

/// <summary>
/// A call that ended with a status other than OK: thrown by a channel's calls, and by handlers to answer with that status.
/// </summary>
public sealed class GrpcException(
    GrpcStatusCode code,
    string message,
    ReadOnlyMemory<byte> statusDetails = default,
    Exception? innerException = null
) : Exception(message, innerException)
{
    /// <summary>The status; never <see cref="GrpcStatusCode.OK"/>.</summary>
    public GrpcStatusCode Code { get; } = code;

    /// <summary>Encoded <c>google.rpc.Status</c> of the trailer <c>grpc-status-details-bin</c>; empty when there is none.</summary>
    public ReadOnlyMemory<byte> StatusDetails { get; } = statusDetails;
}
