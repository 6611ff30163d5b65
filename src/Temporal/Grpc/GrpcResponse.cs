using Google.Protobuf;

namespace Temporal.Grpc;

/// <summary>An answer: a message, or a message that is encoded already.</summary>
public readonly record struct GrpcResponse
{
    private readonly IMessage? _message;
    private readonly ReadOnlyMemory<byte> _encoded;

    /// <summary>Answers with a message.</summary>
    public GrpcResponse(IMessage message) => _message = message;

    /// <summary>Answers with the encoded bytes of a message.</summary>
    public GrpcResponse(ReadOnlyMemory<byte> encoded) => _encoded = encoded;

    internal int Size => _message?.CalculateSize() ?? _encoded.Length;

    internal void WriteTo(Span<byte> destination)
    {
        if (_message is null)
        {
            _encoded.Span.CopyTo(destination);
        }
        else
        {
            _message.WriteTo(destination);
        }
    }
}

/// <summary>
/// Answers one method. The request is the encoded message; a <see cref="GrpcException"/> is answered as its status, any other exception as
/// INTERNAL.
/// </summary>
public delegate ValueTask<GrpcResponse> GrpcHandler(GrpcServerCallContext context, ReadOnlyMemory<byte> request);
