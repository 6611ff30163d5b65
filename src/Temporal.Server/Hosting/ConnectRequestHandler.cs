using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Temporal.Server.Hosting;

/// <summary>
/// Accepts clients that use the socket file as an HTTP proxy, because Temporal's client core supports Unix sockets only in this way. A
/// connection may start with <c>CONNECT HOST:PORT</c>, which always succeeds. Otherwise, the connection starts directly with HTTP/2.
/// </summary>
internal static class ConnectRequestHandler
{
    // Enough for host, port and a few headers, which is all that clients send.
    private const int LongestRequest = 8 * 1024;

    private static readonly byte[] Established = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n");

    /// <summary>Answers a CONNECT request at the start of the connection, if any, and leaves the following bytes to be read.</summary>
    /// <param name="cancellationToken">Cancelled when the connection must end.</param>
    /// <returns>False if the connection ended or the request is longer than the limit.</returns>
    public static async Task<bool> AcceptAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(transport, cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> AnswerAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync(cancellationToken);
            var (known, end) = ParseRequest(read.Buffer);
            if (known && end is null)
            {
                transport.Input.AdvanceTo(read.Buffer.Start);
                return true;
            }

            var length = read.Buffer.Slice(0, end ?? read.Buffer.End).Length;
            if (end is { } after && length <= LongestRequest)
            {
                transport.Input.AdvanceTo(after);
                await transport.Output.WriteAsync(Established, cancellationToken);
                return true;
            }

            transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || length > LongestRequest)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Recognizes a CONNECT request. <c>Known</c> is false while more bytes are needed. Otherwise, <c>End</c> is the end of the request, or
    /// null if the connection uses another protocol.
    /// </summary>
    private static (bool Known, SequencePosition? End) ParseRequest(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        foreach (var letter in "CONNECT "u8)
        {
            if (!reader.TryRead(out var found))
            {
                return (false, null);
            }

            if (found != letter)
            {
                return (true, null);
            }
        }

        return reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8) ? (true, reader.Position) : (false, null);
    }
}
