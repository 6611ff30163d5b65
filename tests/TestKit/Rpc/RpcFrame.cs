using System.Buffers.Binary;
using System.IO.Compression;

namespace Orchestrator.TestKit.Rpc;

/// <summary>Encodes and decodes the frame of a gRPC message: one byte for the compression flag and four for the length.</summary>
public static class RpcFrame
{
    /// <summary>Length of the prefix of a message, in bytes.</summary>
    public const int PrefixLength = 5;

    /// <summary>Frames a message without compression.</summary>
    public static byte[] Of(ReadOnlySpan<byte> message)
    {
        var framed = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed.AsSpan(PrefixLength));
        return framed;
    }

    /// <summary>Returns the message in a frame.</summary>
    public static byte[] Read(byte[] framed)
    {
        if (framed[0] == 0)
        {
            return framed[PrefixLength..];
        }

        using var gzip = new GZipStream(new MemoryStream(framed, PrefixLength, framed.Length - PrefixLength), CompressionMode.Decompress);
        using var message = new MemoryStream();
        gzip.CopyTo(message);
        return message.ToArray();
    }
}
