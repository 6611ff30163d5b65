using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Orchestrator.TestKit;

/// <summary>Frames of Amazon's event streams (<c>application/vnd.amazon.eventstream</c>), in which Bedrock sends the events of a
/// model.</summary>
internal static class AmazonEventStream
{
    private const byte TextHeader = 7;
    private const int PreludeLength = 12;
    private const int ChecksumLength = 4;

    /// <summary>Creates the frame of an event.</summary>
    /// <param name="json">The event as the Messages API sends it.</param>
    public static byte[] Frame(string json)
    {
        byte[] headers =
        [
            .. Header(":event-type", "chunk"),
            .. Header(":content-type", "application/json"),
            .. Header(":message-type", "event"),
        ];
        var content = Encoding.UTF8.GetBytes($"{{\"bytes\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}\"}}");
        var frame = new byte[PreludeLength + headers.Length + content.Length + ChecksumLength];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.HashToUInt32(frame.AsSpan(0, 8)));
        headers.CopyTo(frame, PreludeLength);
        content.CopyTo(frame, PreludeLength + headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(
            frame.AsSpan(frame.Length - ChecksumLength),
            Crc32.HashToUInt32(frame.AsSpan(0, frame.Length - ChecksumLength))
        );
        return frame;
    }

    private static byte[] Header(string name, string value) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), TextHeader, 0, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
