using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Grpc;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>Straight to the handlers of a server that listens nowhere.</summary>
internal sealed class InProcessCalls(IReadOnlyDictionary<string, GrpcHandler> handlers) : ICalls
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private const int PrefixLength = 5;

    private readonly GrpcDispatcher _dispatcher = new(handlers, NullLogger.Instance);

    public async Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>
    {
        var http = new DefaultHttpContext();
        var trailers = new Trailers();
        using var answer = new MemoryStream();
        http.Features.Set<IHttpResponseTrailersFeature>(trailers);
        http.Request.Method = "POST";
        http.Request.ContentType = "application/grpc";
        http.Request.Headers["grpc-timeout"] = "10S";
        http.Request.Path = Service + request.GetType().Name[..^"Request".Length];
        http.Request.Body = new MemoryStream(Frame(request));
        http.Response.Body = answer;
        await _dispatcher.InvokeAsync(http);
        await http.Response.BodyWriter.FlushAsync();
        var status = trailers.TryGetValue("grpc-status", out var given)
            ? given.ToString()
            : http.Response.Headers["grpc-status"].ToString();
        return status == "0"
            ? parser.ParseFrom(answer.ToArray().AsSpan(PrefixLength))
            : throw new GrpcException(
                (GrpcStatusCode)int.Parse(status, CultureInfo.InvariantCulture),
                Uri.UnescapeDataString(http.Response.Headers["grpc-message"].ToString())
            );
    }

    private static byte[] Frame(IMessage request)
    {
        var bytes = new byte[PrefixLength + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - PrefixLength);
        request.WriteTo(bytes.AsSpan(PrefixLength));
        return bytes;
    }

    private sealed class Trailers : IHttpResponseTrailersFeature
    {
        IHeaderDictionary IHttpResponseTrailersFeature.Trailers { get; set; } = new HeaderDictionary();

        public bool TryGetValue(string name, out Microsoft.Extensions.Primitives.StringValues values) =>
            ((IHttpResponseTrailersFeature)this).Trailers.TryGetValue(name, out values);
    }
}
