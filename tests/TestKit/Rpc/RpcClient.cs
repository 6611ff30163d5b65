using System.Net.Security;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Orchestrator.TestKit.Rpc;

/// <summary>
/// Calls a gRPC server by method name, with messages or their bytes, over TCP or a Unix socket. Generated clients do not offer this.
/// </summary>
public sealed class RpcClient : IDisposable
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;

    /// <summary>Creates the client without connecting.</summary>
    /// <param name="address"><c>host:port</c>, <c>http://host:port</c>, <c>https://host:port</c> or <c>unix:PATH</c>.</param>
    /// <param name="tls">TLS options, or null for clear text.</param>
    public RpcClient(string address, SslClientAuthenticationOptions? tls = null)
    {
        var handler = Handler(address);
        if (tls is not null)
        {
            handler.SslOptions = tls;
        }

        _channel = GrpcChannel.ForAddress(
            Target(address, tls is null ? "http" : "https"),
            new GrpcChannelOptions
            {
                HttpHandler = handler,
                DisposeHttpClient = true,
                MaxReceiveMessageSize = null,
                MaxSendMessageSize = null,
                MaxRetryAttempts = null,
            }
        );
        _calls = _channel.CreateCallInvoker();
    }

    /// <summary>Calls a method with a message.</summary>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <exception cref="RpcException">The call ended with a status other than OK.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string path,
        IMessage request,
        MessageParser<TResponse> parser,
        TimeSpan? timeout = null,
        Metadata? headers = null,
        CancellationToken cancellationToken = default
    )
        where TResponse : IMessage<TResponse> =>
        parser.ParseFrom(await CallAsync(path, request.ToByteArray(), timeout, headers, cancellationToken));

    /// <summary>Calls a method with an encoded message and returns the encoded answer.</summary>
    /// <inheritdoc cref="CallAsync{TResponse}"/>
    public async Task<byte[]> CallAsync(
        string path,
        byte[] request,
        TimeSpan? timeout = null,
        Metadata? headers = null,
        CancellationToken cancellationToken = default
    )
    {
        var (service, method) = (path[1..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        using var call = _calls.AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, service, method, Bytes, Bytes),
            null,
            new CallOptions(headers, timeout is { } limit ? DateTime.UtcNow + limit : null, cancellationToken),
            request
        );
        try
        {
            return await call.ResponseAsync;
        }
        catch (RpcException cancelled) when (cancellationToken.IsCancellationRequested && cancelled.StatusCode == StatusCode.Cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _channel.Dispose();

    /// <summary>Creates a handler that connects to an address.</summary>
    internal static SocketsHttpHandler Handler(string address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        };
        if (address.StartsWith("unix:", StringComparison.Ordinal))
        {
            handler.ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address["unix:".Length..]), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return handler;
    }

    /// <summary>Converts an address to a URI.</summary>
    internal static Uri Target(string address, string scheme) =>
        new(
            address.StartsWith("unix:", StringComparison.Ordinal) ? $"{scheme}://localhost"
            : address.Contains("://", StringComparison.Ordinal) ? address
            : $"{scheme}://{address}"
        );
}
