using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Temporal.Server.Hosting;

/// <summary>
/// Lets a client that reaches a socket file as if it were an HTTP proxy speak to the server behind it: Temporal's own client core knows
/// Unix sockets as proxies only. A connection may begin with <c>CONNECT HOST:PORT</c>, which is answered with 200 whatever it names, or
/// with HTTP/2 at once.
/// </summary>
internal static class HttpConnect
{
    // Host, port and a few headers; nobody sends more.
    private const int LongestRequest = 8 * 1024;

    private static readonly byte[] Established = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n");

    /// <summary>Answers the request if the connection begins with one, and leaves what follows to be read.</summary>
    /// <returns>False where the connection ended, or asks for a proxy with more than a proxy is told.</returns>
    public static async Task<bool> AcceptAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync(cancellationToken);
            var (known, end) = Look(read.Buffer);
            if (known && end is null)
            {
                transport.Input.AdvanceTo(read.Buffer.Start);
                return true;
            }

            if (end is { } after)
            {
                transport.Input.AdvanceTo(after);
                await transport.Output.WriteAsync(Established, cancellationToken);
                return true;
            }

            var tooLong = read.Buffer.Length > LongestRequest;
            transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || tooLong)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Known with no end: not such a request. An end: a whole request, and where it ends. Neither: more has to come before it can be told.
    /// </summary>
    private static (bool Known, SequencePosition? End) Look(ReadOnlySequence<byte> buffer)
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
