using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Temporal.Server.Tests.Abuse;

/// <summary>An HTTP/2 connection for frames that no client library would send. Reads only on request.</summary>
internal sealed class RawConnection : IDisposable
{
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;
    private const int FrameLimit = 16384;
    private const ushort InitialWindowSize = 4;

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>The server hung up on us.</summary>
    public bool IsClosed { get; private set; }

    public async Task ConnectAsync(IPEndPoint server) => await _socket.ConnectAsync(server);

    /// <summary>Sends the HTTP/2 preface and settings of a connection.</summary>
    /// <param name="window">Bytes per stream that the server may send unasked.</param>
    public Task GreetAsync(uint window = 65535)
    {
        var setting = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(setting, InitialWindowSize);
        BinaryPrimitives.WriteUInt32BigEndian(setting.AsSpan(2), window);
        return SendAsync([.. Preface, .. Frame(Settings, 0, 0, setting)]);
    }

    public Task SendAsync(byte[] bytes) => TrySendAsync(bytes);

    /// <summary>A whole call.</summary>
    public Task CallAsync(int stream, string path, byte[] message) =>
        SendAsync([.. Frame(Headers, EndHeaders, stream, HeaderBlock(path)), .. Frame(Data, EndStream, stream, Prefixed(message))]);

    /// <summary>A call whose message never comes.</summary>
    public Task BeginCallAsync(int stream, string path) => SendAsync(Frame(Headers, EndHeaders, stream, HeaderBlock(path)));

    /// <summary>Part of a call's message, or the rest of it.</summary>
    public Task SendDataAsync(int stream, byte[] part) => SendAsync(Frame(Data, 0, stream, part));

    public Task ResetAsync(int stream) => SendAsync(Frame(Reset, 0, stream, [0, 0, 0, 8]));

    /// <summary>A call with a header of so many bytes, in as many frames as it takes.</summary>
    public async Task CallWithHeaderAsync(int stream, string path, int size)
    {
        var block = HeaderBlock(path).Concat(Literal("x-giant", new string('x', size))).ToArray();
        for (var at = 0; at < block.Length; at += FrameLimit)
        {
            var last = at + FrameLimit >= block.Length;
            await SendAsync(
                Frame(
                    at == 0 ? Headers : Continuation,
                    last ? EndHeaders : (byte)0,
                    stream,
                    block[at..Math.Min(block.Length, at + FrameLimit)]
                )
            );
        }
    }

    /// <summary>
    /// Reads frames up to the headers of an answer, and says how many bytes the server let the connection send meanwhile.
    /// </summary>
    /// <exception cref="EndOfStreamException">The server hung up before.</exception>
    public async Task<long> ReadToAnswerAsync(int stream)
    {
        await using var input = new NetworkStream(_socket);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var header = new byte[9];
        long granted = 0;
        while (true)
        {
            await input.ReadExactlyAsync(header, limit.Token);
            var payload = new byte[header[0] << 16 | header[1] << 8 | header[2]];
            await input.ReadExactlyAsync(payload, limit.Token);
            var about = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
            if (header[3] == WindowUpdate && about == 0)
            {
                granted += BinaryPrimitives.ReadInt32BigEndian(payload);
            }
            else if (header[3] == Headers && about == stream)
            {
                return granted;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task TrySendAsync(byte[] bytes)
    {
        if (IsClosed)
        {
            return;
        }

        try
        {
            // A server that does not read any more has hung up in its own way.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            for (var sent = 0; sent < bytes.Length; )
            {
                sent += await _socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, limit.Token);
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            IsClosed = true;
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private static byte[] Prefixed(byte[] message)
    {
        var bytes = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), message.Length);
        message.CopyTo(bytes, 5);
        return bytes;
    }

    private static byte[] HeaderBlock(string path) =>
        [
            .. Literal(":method", "POST"),
            .. Literal(":scheme", "http"),
            .. Literal(":path", path),
            .. Literal(":authority", "localhost"),
            .. Literal("content-type", "application/grpc"),
            .. Literal("te", "trailers"),
        ];

    // HPACK: a literal that no table remembers, uncompressed.
    private static byte[] Literal(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var length = new List<byte>();
        if (bytes.Length < 127)
        {
            length.Add((byte)bytes.Length);
        }
        else
        {
            length.Add(127);
            var rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                length.Add((byte)(rest & 127 | 128));
            }

            length.Add((byte)rest);
        }

        return [.. length, .. bytes];
    }
}
