using System.Globalization;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.TestKit.Rpc;

/// <summary>A call that passes through an <see cref="RpcProxy" />.</summary>
public sealed class ProxiedCall
{
    private readonly RpcProxy _proxy;
    private readonly string _path;
    private byte[] _body;

    internal ProxiedCall(RpcProxy proxy, HttpContext http, string path, string method, int number, byte[] body)
    {
        (_proxy, Http, _path, Method, Number, _body) = (proxy, http, path, method, number, body);
        foreach (var (name, value) in http.Request.Headers)
        {
            Headers[name] = value.ToString();
        }
    }

    /// <summary>Name of the method, without its service.</summary>
    public string Method { get; }

    /// <summary>Number of calls of this method so far, including this one.</summary>
    public int Number { get; }

    /// <summary>Headers that are forwarded.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>HTTP context of the call, for answers that no gRPC server would give.</summary>
    public HttpContext Http { get; }

    /// <summary>Parses the request.</summary>
    public T Request<T>(MessageParser<T> parser)
        where T : IMessage<T> => parser.ParseFrom(RpcFrame.Read(_body));

    /// <summary>Replaces the request that is forwarded.</summary>
    public void Replace(IMessage request)
    {
        _body = RpcFrame.Of(request.ToByteArray());
        Headers.Remove("grpc-encoding");
    }

    /// <summary>Forwards the call and returns the answer to the client.</summary>
    public async Task PassAsync() => await AnswerAsync(await ForwardAsync());

    /// <summary>Forwards the call and waits for the answer.</summary>
    public Task<GrpcResponse> ForwardAsync() => SendAsync(_path, _body);

    /// <summary>Sends another call to the server, with the headers of this one.</summary>
    public async Task<T> AskAsync<T>(string path, IMessage request, MessageParser<T> parser)
        where T : IMessage<T> => (await SendAsync(path, RpcFrame.Of(request.ToByteArray()))).Message(parser);

    private async Task<GrpcResponse> SendAsync(string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_proxy.Target, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        foreach (
            var (name, value) in Headers.Where(header =>
                !header.Key.StartsWith(':') && header.Key.ToLowerInvariant() is not ("host" or "content-length")
            )
        )
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _proxy.SendAsync(request, Http.RequestAborted);
        var answer = new GrpcResponse { Body = await response.Content.ReadAsByteArrayAsync(Http.RequestAborted) };
        foreach (
            var (name, values) in response
                .Headers.Concat(response.TrailingHeaders)
                .Where(header => header.Key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
        )
        {
            // Clients expect the encoding of the body in headers before it, never in trailers.
            var isHeader = name.ToLowerInvariant() is "grpc-encoding" or "grpc-accept-encoding";
            (isHeader ? answer.Headers : answer.Status)[name.ToLowerInvariant()] = string.Join(',', values);
        }

        return answer;
    }

    /// <summary>Answers the client with a message.</summary>
    public Task AnswerAsync(IMessage message) =>
        AnswerAsync(new GrpcResponse { Body = RpcFrame.Of(message.ToByteArray()), Status = { ["grpc-status"] = "0" } });

    /// <summary>Sends an answer to the client.</summary>
    public async Task AnswerAsync(GrpcResponse answer)
    {
        Http.Response.ContentType = "application/grpc";
        foreach (var (name, value) in answer.Headers)
        {
            Http.Response.Headers[name] = value;
        }

        if (answer.Body.Length == 0)
        {
            foreach (var (name, value) in answer.Status)
            {
                Http.Response.Headers[name] = value;
            }

            return;
        }

        await Http.Response.Body.WriteAsync(answer.Body, Http.RequestAborted);
        foreach (var (name, value) in answer.Status)
        {
            Http.Response.AppendTrailer(name, value);
        }
    }

    /// <summary>Fails the call with a status.</summary>
    public Task FailAsync(int status, string message) =>
        AnswerAsync(
            new GrpcResponse { Status = { ["grpc-status"] = status.ToString(CultureInfo.InvariantCulture), ["grpc-message"] = message } }
        );

    /// <summary>Notifies the client that its connection closes once the calls on it have ended (GOAWAY).</summary>
    public void CloseConnectionGracefully() => Http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}

/// <summary>An answer from a server.</summary>
public sealed record GrpcResponse
{
    /// <summary>Framed message; empty if the call failed.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Headers before the message, such as its compression (<c>grpc-encoding</c>).</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>Status and its details, by trailer name.</summary>
    public Dictionary<string, string> Status { get; } = [];

    /// <summary>True if the call succeeded.</summary>
    public bool Succeeded => Status.GetValueOrDefault("grpc-status") == "0" && Body.Length > 0;

    /// <summary>Parses the message.</summary>
    public T Message<T>(MessageParser<T> parser)
        where T : IMessage<T> => parser.ParseFrom(RpcFrame.Read(Body));

    /// <summary>Returns the same answer with another, uncompressed message.</summary>
    public GrpcResponse With(IMessage message) => With(message.ToByteArray());

    /// <summary>Returns the same answer with another encoded message.</summary>
    public GrpcResponse With(byte[] message)
    {
        var answer = new GrpcResponse { Body = RpcFrame.Of(message) };
        foreach (var (name, value) in Status)
        {
            answer.Status[name] = value;
        }

        return answer;
    }
}
