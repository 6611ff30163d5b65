using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Temporal.Grpc;

/// <summary>
/// The client half: unary calls to one server over HTTP/2. Connects with the first call and again whenever a connection is lost; safe for
/// concurrent use. Calls are not retried here.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly GrpcChannelOptions _options;
    private readonly Uri _base;
    private readonly ChannelConnections _connections;

    /// <summary>Makes the channel without connecting.</summary>
    /// <exception cref="ArgumentException">The address is none of the forms of <see cref="GrpcChannelOptions.Address"/>.</exception>
    public GrpcChannel(GrpcChannelOptions options)
    {
        _options = options;
        var socketPath = options.Address.StartsWith("unix:", StringComparison.Ordinal) ? options.Address["unix:".Length..] : null;
        var text =
            socketPath is not null ? (options.Tls is null ? "http://localhost" : "https://localhost")
            : options.Address.Contains("://", StringComparison.Ordinal) ? options.Address
            : (options.Tls is null ? "http://" : "https://") + options.Address;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"'{options.Address}' is not an address: write HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:PATH",
                nameof(options)
            );
        }

        _base = address.Scheme == "http" && options.Tls is not null ? new UriBuilder(address) { Scheme = "https" }.Uri : address;
        _connections = new(options, socketPath, _base.Host);
    }

    /// <summary>Calls a method with a message and reads the answer as a message.</summary>
    /// <param name="fullMethod"><c>/package.Service/Method</c>.</param>
    /// <exception cref="GrpcException">The call ended with another status than OK; UNAVAILABLE also when the server was not
    /// reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; whether the server did the work is
    /// unknown.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string fullMethod,
        TRequest request,
        MessageParser<TResponse> parser,
        GrpcCallOptions options,
        CancellationToken cancellationToken
    )
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        var answer = await CallAsync(fullMethod, request.ToByteArray(), options, cancellationToken);
        try
        {
            return parser.ParseFrom(answer.Span);
        }
        catch (Exception e) when (UnreadableMessage.Causes(e))
        {
            throw new GrpcException(
                GrpcStatusCode.Internal,
                $"answer of {fullMethod} is not a {typeof(TResponse).Name}: {e.Message}",
                innerException: e
            );
        }
    }

    /// <summary>Calls a method with an encoded message and returns the encoded answer.</summary>
    /// <inheritdoc cref="CallAsync{TRequest,TResponse}"/>
    public async Task<ReadOnlyMemory<byte>> CallAsync(
        string fullMethod,
        ReadOnlyMemory<byte> request,
        GrpcCallOptions options,
        CancellationToken cancellationToken
    )
    {
        using var limit = options.Timeout is { } timeout ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        limit?.CancelAfter(options.Timeout!.Value);
        var token = limit?.Token ?? cancellationToken;
        try
        {
            using var message = CreateRequest(fullMethod, request, options);
            using var response = await _connections.SendAsync(message, options.LongPoll, token);
            return await ReadResponseAsync(fullMethod, response, token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit is { IsCancellationRequested: true })
        {
            throw new GrpcException(GrpcStatusCode.DeadlineExceeded, $"{fullMethod} did not answer within {options.Timeout}");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Neither the caller nor the time limit has ended it: no connection came about in time.
            throw new GrpcException(
                GrpcStatusCode.Unavailable,
                $"{fullMethod} at {_options.Address}: {InnermostMessage(e)}",
                innerException: e
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw limit is { IsCancellationRequested: true }
                ? new GrpcException(
                    GrpcStatusCode.DeadlineExceeded,
                    $"{fullMethod} did not answer within {options.Timeout}",
                    innerException: e
                )
                : new GrpcException(TransportStatus(e), $"{fullMethod} at {_options.Address}: {InnermostMessage(e)}", innerException: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new OperationCanceledException($"{fullMethod} was cancelled", e, cancellationToken);
        }
    }

    /// <summary>Closes the connections; calls still open fail.</summary>
    public void Dispose() => _connections.Dispose();

    private HttpRequestMessage CreateRequest(string fullMethod, ReadOnlyMemory<byte> request, GrpcCallOptions options)
    {
        var body = options.Compress ? GrpcEncoding.Compress(request.Span) : request;
        var framed = new byte[GrpcEncoding.PrefixLength + body.Length];
        GrpcEncoding.WritePrefix(framed, options.Compress, body.Length);
        body.Span.CopyTo(framed.AsSpan(GrpcEncoding.PrefixLength));
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, fullMethod))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(framed) { Headers = { ContentType = new MediaTypeHeaderValue(GrpcEncoding.ContentType) } },
        };
        if (_options.Tls?.TargetHost is { Length: > 0 } certified)
        {
            // HttpClient takes the name that the certificate must have from here, not from the TLS settings.
            message.Headers.Host = certified;
        }

        message.Headers.TryAddWithoutValidation("te", "trailers");
        message.Headers.TryAddWithoutValidation("user-agent", _options.UserAgent);
        message.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        if (options.Compress)
        {
            message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        if (options.Timeout is { } timeout)
        {
            message.Headers.TryAddWithoutValidation("grpc-timeout", GrpcEncoding.EncodeTimeout(timeout));
        }

        foreach (var (name, value) in options.Metadata)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async Task<ReadOnlyMemory<byte>> ReadResponseAsync(string fullMethod, HttpResponseMessage response, CancellationToken token)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(
                HttpStatus(response.StatusCode),
                $"{fullMethod} at {_options.Address} answered HTTP {(int)response.StatusCode}: is this a gRPC server?"
            );
        }

        ThrowIfFailed(response.Headers, required: false);
        if (
            response.Content.Headers.ContentType?.MediaType is { } type
            && !type.StartsWith(GrpcEncoding.ContentType, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new GrpcException(
                GrpcStatusCode.Unknown,
                $"{fullMethod} at {_options.Address} answered with content of type {type}: is this a gRPC server?"
            );
        }

        await using var stream = await response.Content.ReadAsStreamAsync(token);
        var prefix = new byte[GrpcEncoding.PrefixLength];
        byte[]? answer = null;
        if (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, token) == prefix.Length)
        {
            var (compressed, length) = GrpcEncoding.ReadPrefix(prefix);
            if (length > _options.MaxReceiveMessageSize)
            {
                throw GrpcEncoding.TooLarge(length, _options.MaxReceiveMessageSize);
            }

            answer = new byte[length];
            var came = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, token);
            if (came < answer.Length)
            {
                throw new GrpcException(GrpcStatusCode.Internal, $"{fullMethod} answered {came} bytes of a message of {length}");
            }

            answer = compressed ? GrpcEncoding.Decompress(answer, _options.MaxReceiveMessageSize) : answer;

            // The trailers arrive with the end of the stream.
            if (await stream.ReadAsync(prefix, token) > 0)
            {
                throw new GrpcException(GrpcStatusCode.Internal, $"{fullMethod} answered more than one message");
            }
        }

        ThrowIfFailed(response.TrailingHeaders, required: !response.Headers.Contains("grpc-status"));
        return answer ?? throw new GrpcException(GrpcStatusCode.Internal, $"{fullMethod} answered without a message");
    }

    private static void ThrowIfFailed(HttpResponseHeaders headers, bool required)
    {
        if (!headers.TryGetValues("grpc-status", out var values))
        {
            if (required)
            {
                throw new GrpcException(GrpcStatusCode.Unknown, "the answer ended without a status");
            }

            return;
        }

        var code =
            int.TryParse(values.First(), out var number) && Enum.IsDefined((GrpcStatusCode)number)
                ? (GrpcStatusCode)number
                : GrpcStatusCode.Unknown;
        if (code == GrpcStatusCode.OK)
        {
            return;
        }

        var message = headers.TryGetValues("grpc-message", out var messages) ? GrpcEncoding.PercentDecode(messages.First()) : "";
        throw new GrpcException(
            code,
            message,
            headers.TryGetValues("grpc-status-details-bin", out var details) ? DecodeBinary(details.First()) : default
        );
    }

    private static byte[] DecodeBinary(string base64)
    {
        // Padding may be left out.
        var padded = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
        var buffer = ArrayPool<byte>.Shared.Rent(padded.Length);
        try
        {
            return Convert.TryFromBase64String(padded, buffer, out var written) ? buffer[..written] : [];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static GrpcStatusCode HttpStatus(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
            HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
            HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
            _ => GrpcStatusCode.Unknown,
        };

    // A stream that the server reset says why by an HTTP/2 error code (RFC 9113, 7); everything else is a connection that failed.
    private static GrpcStatusCode TransportStatus(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpProtocolException { ErrorCode: var code })
            {
                return code switch
                {
                    8 => GrpcStatusCode.Cancelled,
                    11 => GrpcStatusCode.ResourceExhausted,
                    12 => GrpcStatusCode.PermissionDenied,
                    _ => GrpcStatusCode.Unavailable,
                };
            }
        }

        return GrpcStatusCode.Unavailable;
    }

    private static string InnermostMessage(Exception exception) => exception.GetBaseException().Message;
}
