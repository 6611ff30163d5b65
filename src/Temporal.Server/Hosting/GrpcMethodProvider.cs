using System.Globalization;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Hosting;

/// <summary>
/// Registers the server's RPC methods with ASP.NET's gRPC server. Requests and responses are passed as bytes, so that stored messages need
/// not be parsed only to be sent. The generated service descriptors are not used, because initializing them loads all message types.
/// </summary>
internal sealed class GrpcMethodProvider(GrpcMethodRegistry table, CallerAuthorization admission, ILogger logger)
    : IServiceMethodProvider<GrpcMethodProvider>
{
    /// <summary>
    /// Maximum decompressed size, in bytes, of a request that the server reads completely. This is above the size limit for requests, so
    /// that the size check can reject a request with its own message.
    /// </summary>
    public const int LargestRead = 256 * 1024 * 1024;

    private static readonly Marshaller<byte[]> Requests = new(
        (byte[] _, SerializationContext _) => throw new NotSupportedException("the server sends no requests"),
        Read
    );

    private static readonly Marshaller<GrpcResponse> Answers = new(
        (answer, context) => answer.WriteTo(context),
        _ => throw new NotSupportedException("the server reads no answers")
    );

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcMethodProvider> context)
    {
        foreach (var ((service, method), rpc) in table.Methods)
        {
            if (rpc.HandsOver)
            {
                // Equal to a unary method on the wire. With this form the handler writes the response itself and so learns whether it was
                // sent.
                context.AddServerStreamingMethod(
                    new Method<byte[], GrpcResponse>(MethodType.ServerStreaming, service, method, Requests, Answers),
                    [],
                    (_, request, answers, call) => ForwardCallAsync(rpc, request, answers, call)
                );
            }
            else
            {
                context.AddUnaryMethod(
                    new Method<byte[], GrpcResponse>(MethodType.Unary, service, method, Requests, Answers),
                    [],
                    (_, request, call) => AnswerAsync(rpc, request, new IncomingGrpcCall(call), call)
                );
            }
        }
    }

    private const string EncodingHeader = "grpc-encoding";
    private const string Gzip = "gzip";

    // Internal header by which a handler tells ASP.NET how to compress its response; it is not sent.
    private const string AnswerEncodingHeader = "grpc-internal-encoding-request";

    /// <summary>Responds to unknown methods as the Temporal server does.</summary>
    public static Task RefuseUnknownAsync(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        var path = http.Request.Path.Value ?? "";
        var slash = path.LastIndexOf('/');
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)StatusCode.Unimplemented).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(
                slash > 0 ? $"unknown method {path[(slash + 1)..]} for service {path[1..slash]}" : $"malformed method name: \"{path}\""
            )
            .Replace("%20", " ", StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    private static byte[] Read(DeserializationContext context) =>
        context.PayloadLength > GrpcMethodRegistry.LargestRequest
            ? throw GrpcErrorFactory.Of(
                StatusCode.ResourceExhausted,
                $"grpc: received message larger than max ({context.PayloadLength} vs. {GrpcMethodRegistry.LargestRequest})"
            )
            : context.PayloadAsNewBuffer();

    private async Task ForwardCallAsync(
        GrpcMethod rpc,
        byte[] request,
        IServerStreamWriter<GrpcResponse> answers,
        ServerCallContext context
    )
    {
        var call = new IncomingGrpcCall(context);
        var answer = await AnswerAsync(rpc, request, call, context);
        try
        {
            await answers.WriteAsync(answer, CancellationToken.None);
            if (!context.CancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or RpcException)
        {
            Log.AnswerUndelivered(logger, e, context.Method);
        }

        call.Undelivered();
    }

    private async Task<GrpcResponse> AnswerAsync(GrpcMethod rpc, byte[] request, IncomingGrpcCall call, ServerCallContext context)
    {
        try
        {
            admission.Authorize(call);
            if (table.Refusal() is { } refusal)
            {
                throw GrpcErrorFactory.Of(StatusCode.DataLoss, refusal);
            }

            var answer = await rpc.Handler(call, request);
            if (call.Header(EncodingHeader) == Gzip && !answer.IsEmpty)
            {
                // Like the Temporal server, compresses responses to compressed requests. .NET would compress an empty response to zero
                // bytes, which is not valid gzip.
                await context.WriteResponseHeadersAsync(new Metadata { { AnswerEncodingHeader, Gzip } });
            }

            return answer;
        }
        catch (Exception e)
        {
            call.Undelivered();
            if (GrpcErrorFactory.Answered(e, context.CancellationToken) is not { } answered)
            {
                Log.HandlerFailed(logger, e, context.Method);
                answered = GrpcErrorFactory.Of(StatusCode.Internal, "internal error; the server's log has details");
            }

            throw answered;
        }
    }
}
