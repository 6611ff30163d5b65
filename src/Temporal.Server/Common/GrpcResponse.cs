using System.Buffers;
using Google.Protobuf;

namespace Temporal.Server.Common;

/// <summary>An RPC response: a message, or the encoded bytes of a message.</summary>
internal sealed class GrpcResponse
{
    private readonly IMessage? _message;
    private readonly ReadOnlyMemory<byte> _encoded;

    /// <summary>Creates a response from a message.</summary>
    public GrpcResponse(IMessage message) => _message = message;

    /// <summary>Creates a response from an encoded message, so that stored events need not be parsed and encoded again.</summary>
    public GrpcResponse(ReadOnlyMemory<byte> encoded) => _encoded = encoded;

    /// <summary>True if the encoded message would have a length of zero.</summary>
    internal bool IsEmpty => (_message?.CalculateSize() ?? _encoded.Length) == 0;

    /// <summary>Writes the message to gRPC's serialization context.</summary>
    internal void WriteTo(SerializationContext context)
    {
        var size = _message?.CalculateSize() ?? _encoded.Length;
        context.SetPayloadLength(size);
        var writer = context.GetBufferWriter();
        if (_message is null)
        {
            writer.Write(_encoded.Span);
        }
        else
        {
            _message.WriteTo(writer);
        }

        context.Complete();
    }
}

/// <summary>
/// Handles one RPC method. The request is the encoded message. An <see cref="RpcException"/> is returned as its status, any other
/// exception as INTERNAL.
/// </summary>
internal delegate ValueTask<GrpcResponse> RpcHandler(IncomingGrpcCall call, byte[] request);
