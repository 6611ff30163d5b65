using System.Buffers;
using Google.Protobuf;

namespace Temporal.Server.Common;

/// <summary>An answer: a message, or a message that is encoded already.</summary>
internal sealed class RpcAnswer
{
    private readonly IMessage? _message;
    private readonly ReadOnlyMemory<byte> _encoded;

    /// <summary>Answers with a message.</summary>
    public RpcAnswer(IMessage message) => _message = message;

    /// <summary>Answers with the encoded bytes of a message, so that stored events are never parsed only to be encoded again.</summary>
    public RpcAnswer(ReadOnlyMemory<byte> encoded) => _encoded = encoded;

    /// <summary>True for a message without content.</summary>
    internal bool IsEmpty => (_message?.CalculateSize() ?? _encoded.Length) == 0;

    /// <summary>Writes the message as gRPC's server wants it.</summary>
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
/// Answers one method. The request is the encoded message; an <see cref="RpcException"/> is answered as its status, any other exception as
/// INTERNAL.
/// </summary>
internal delegate ValueTask<RpcAnswer> RpcHandler(RpcCall call, byte[] request);
