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
    /// <param name="cancellationToken">Cancelled when the connection has to end.</param>
    /// <returns>False where the connection ended, or asks for a proxy with more than a proxy is told.</returns>
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
            var (known, end) = Look(read.Buffer);
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
