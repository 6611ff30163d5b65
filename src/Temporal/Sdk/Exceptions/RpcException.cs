using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Temporalio.Exceptions;

/// <summary>A call to the server failed.</summary>
public class RpcException : TemporalException
{
    /// <summary>Makes one.</summary>
    /// <param name="code">Status of the call.</param>
    /// <param name="message">What the server said.</param>
    /// <param name="rawStatus">The encoded <c>google.rpc.Status</c>, if the server sent one.</param>
    public RpcException(StatusCode code, string message, byte[]? rawStatus)
        : base(message)
    {
        Code = code;
        RawStatus = rawStatus;
        GrpcStatus = new(ReadStatus);
    }

    /// <summary>gRPC's status codes.</summary>
    public enum StatusCode
    {
        /// <summary>Success.</summary>
        OK = 0,

        /// <summary>Cancelled by the caller.</summary>
        Cancelled = 1,

        /// <summary>Unknown error.</summary>
        Unknown = 2,

        /// <summary>The request is invalid in itself.</summary>
        InvalidArgument = 3,

        /// <summary>The time limit passed.</summary>
        DeadlineExceeded = 4,

        /// <summary>There is no such thing.</summary>
        NotFound = 5,

        /// <summary>It exists already.</summary>
        AlreadyExists = 6,

        /// <summary>The caller may not do that.</summary>
        PermissionDenied = 7,

        /// <summary>A limit is reached.</summary>
        ResourceExhausted = 8,

        /// <summary>The state of things does not allow it.</summary>
        FailedPrecondition = 9,

        /// <summary>A conflict with another call.</summary>
        Aborted = 10,

        /// <summary>Outside the valid range.</summary>
        OutOfRange = 11,

        /// <summary>The server does not have this call.</summary>
        Unimplemented = 12,

        /// <summary>An internal error.</summary>
        Internal = 13,

        /// <summary>The server cannot be reached or does not serve now.</summary>
        Unavailable = 14,

        /// <summary>Data is lost.</summary>
        DataLoss = 15,

        /// <summary>The caller is not authenticated.</summary>
        Unauthenticated = 16,
    }

    /// <summary>Status of the call.</summary>
    public StatusCode Code { get; }

    /// <summary>The encoded <c>google.rpc.Status</c>, if the server sent one.</summary>
    public byte[]? RawStatus { get; }

    /// <summary>
    /// <see cref="RawStatus" /> as a message, with the details that name the error. Code and message alone when the server sent none, or a
    /// proxy between sent something else.
    /// </summary>
    public Lazy<GrpcStatus> GrpcStatus { get; }

    private GrpcStatus ReadStatus()
    {
        if (RawStatus is { Length: > 0 } raw)
        {
            try
            {
                return Api.Common.V1.GrpcStatus.Parser.ParseFrom(raw);
            }
            catch (InvalidProtocolBufferException)
            {
                // The code and the message say what there is to say.
            }
        }

        return new() { Code = (int)Code, Message = Message };
    }
}
