using System.Buffers;
using System.Globalization;

namespace Orchestrator.Network;

/// <summary>Body of a client's request (RFC 9112, 6), which is forwarded as it arrives.</summary>
internal sealed class RequestBody : HttpContent
{
    private const int BufferSize = 64 * 1024;
    private const int LongestLine = 1024;
    private const string LengthName = "content-length";
    private const string EncodingName = "transfer-encoding";
    private const string Cut = "The client closed the connection before the end of its request.";
    private const string Malformed = "The client's request has a malformed chunk.";

    private readonly BufferedClientSocket _client;
    private readonly long? _length;
    private bool _isBegun;

    private RequestBody(BufferedClientSocket client, long? length)
    {
        _client = client;
        _length = length;
        IsComplete = length == 0;
    }

    /// <summary>Number of forwarded bytes.</summary>
    public long Count { get; private set; }

    /// <summary>True if the whole body was read, so that the client's next bytes are another request.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>True for headers that define the length or transfer coding of a body.</summary>
    public static bool IsFraming(string name) =>
        name.Equals(LengthName, StringComparison.OrdinalIgnoreCase)
        || name.Equals(EncodingName, StringComparison.OrdinalIgnoreCase)
        || name.Equals("expect", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the body of a request, or null if it has none. If two programs could disagree about where the body ends, returns the reason
    /// for refusing the request.
    /// </summary>
    public static (RequestBody? Body, string Fault) Of(HttpRequestHead head, BufferedClientSocket client)
    {
        var (lengths, encodings) = (head.ValuesOf(LengthName).ToList(), head.ValuesOf(EncodingName).ToList());
        if (encodings.Count > 0)
        {
            return
                encodings is [var only]
                && only.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                && lengths.Count == 0
                && head.Version == "HTTP/1.1"
                ? (new RequestBody(client, null), "")
                : (null, "its Transfer-Encoding is not 'chunked' alone.");
        }
        return lengths.Count == 0 ? (null, "")
            : lengths is [var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? (new RequestBody(client, length), "")
            : (null, "its Content-Length is malformed.");
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_isBegun && !IsEmpty)
        {
            throw new IOException(
                "The service closed the connection, and the request can't be sent again because its body was already read."
            );
        }
        _isBegun = true;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            if (_length is { } length)
            {
                await CopyAsync(stream, buffer, length, cancellationToken);
            }
            else
            {
                await CopyChunksAsync(stream, buffer, cancellationToken);
            }
            IsComplete = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsEmpty => _length == 0;

    private async Task CopyAsync(Stream stream, byte[] buffer, long length, CancellationToken stop)
    {
        while (length > 0)
        {
            var read = await _client.ConsumeAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), stop);
            if (read == 0)
            {
                throw new IOException(Cut);
            }
            await stream.WriteAsync(buffer.AsMemory(0, read), stop);
            length -= read;
            Count += read;
        }
    }

    private async Task CopyChunksAsync(Stream stream, byte[] buffer, CancellationToken stop)
    {
        while (true)
        {
            var line = await ReadLineAsync(stop);
            var digits = line.Split(';', 2)[0].Trim();
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
            {
                throw new IOException(Malformed);
            }
            if (size == 0)
            {
                break;
            }
            await CopyAsync(stream, buffer, size, stop);
            if ((await ReadLineAsync(stop)).Length > 0)
            {
                throw new IOException(Malformed);
            }
            // A program that sends in pieces expects each piece to arrive.
            await stream.FlushAsync(stop);
        }
        while ((await ReadLineAsync(stop)).Length > 0)
        {
            // Trailers are omitted, as RFC 9110 (6.5.1) allows.
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken stop)
    {
        int end;
        while ((end = _client.Ahead.IndexOf("\r\n"u8)) < 0)
        {
            if (_client.Ahead.Length > LongestLine || !await _client.ReadMoreAsync(stop))
            {
                throw new IOException(_client.Ahead.Length > LongestLine ? Malformed : Cut);
            }
        }
        var line = Encoding.Latin1.GetString(_client.Ahead[..end]);
        _client.Use(end + 2);
        return line;
    }
}
