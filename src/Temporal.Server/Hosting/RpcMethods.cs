using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Hosting;

/// <summary>
/// Tells ASP.NET's gRPC server the methods of the services' descriptors: those of the table answer, the others say that they are not
/// carried out. Requests and answers pass as bytes, so that what is stored encoded is not parsed to be sent.
/// </summary>
internal sealed class RpcMethods(RpcTable table, Admission admission, ILogger logger) : IServiceMethodProvider<RpcMethods>
{
    /// <summary>Largest request in bytes that is read at all, decompressed, before it is refused by its size.</summary>
    public const int LargestRead = 256 * 1024 * 1024;

    /// <summary>Largest request in bytes that is carried out: the limit of the real server.</summary>
    public const int LargestRequest = 4 * 1024 * 1024;

    private static readonly Marshaller<byte[]> Requests = new(
        (byte[] _, SerializationContext _) => throw new NotSupportedException("the server sends no requests"),
        Read
    );

    private static readonly Marshaller<RpcAnswer> Answers = new(
        (answer, context) => answer.WriteTo(context),
        _ => throw new NotSupportedException("the server reads no answers")
    );

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RpcMethods> context)
    {
        foreach (var (service, method) in Described().Concat(table.Methods.Keys).Distinct())
        {
            var rpc = table.Methods.GetValueOrDefault((service, method)) ?? NotCarriedOut(service, method);
            if (rpc.HandsOver)
            {
                // The same on the wire as a unary method, but that the answer is written here: only so can it be known whether it went out.
                context.AddServerStreamingMethod(
                    new Method<byte[], RpcAnswer>(MethodType.ServerStreaming, service, method, Requests, Answers),
                    [],
                    (_, request, answers, call) => HandOverAsync(rpc, request, answers, call)
                );
            }
            else
            {
                context.AddUnaryMethod(
                    new Method<byte[], RpcAnswer>(MethodType.Unary, service, method, Requests, Answers),
                    [],
                    (_, request, call) => AnswerAsync(rpc, request, new RpcCall(call), call)
                );
            }
        }
    }

    private IEnumerable<(string Service, string Method)> Described() =>
        new[]
        {
            Temporalio.Api.WorkflowService.V1.ServiceReflection.Descriptor,
            Temporalio.Api.OperatorService.V1.ServiceReflection.Descriptor,
            Temporalio.Api.TestService.V1.ServiceReflection.Descriptor,
            HealthReflection.Descriptor,
        }
            .SelectMany(file => file.Services)
            .Where(service => table.Methods.Keys.Any(known => known.Service == service.FullName))
            .SelectMany(service => service.Methods.Where(method => !method.IsServerStreaming))
            .Select((MethodDescriptor method) => (method.Service.FullName, method.Name));

    private static Rpc NotCarriedOut(string service, string method) =>
        new((_, _) => throw RpcErrors.Unimplemented($"unknown method {method} for service {service}"), HandsOver: false);

    private static byte[] Read(DeserializationContext context) =>
        context.PayloadLength > LargestRequest
            ? throw RpcErrors.Of(
                StatusCode.ResourceExhausted,
                $"grpc: received message larger than max ({context.PayloadLength} vs. {LargestRequest})"
            )
            : context.PayloadAsNewBuffer();

    private async Task HandOverAsync(Rpc rpc, byte[] request, IServerStreamWriter<RpcAnswer> answers, ServerCallContext context)
    {
        var call = new RpcCall(context);
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
            RpcLog.AnswerUndelivered(logger, e, context.Method);
        }

        call.Undelivered();
    }

    private async Task<RpcAnswer> AnswerAsync(Rpc rpc, byte[] request, RpcCall call, ServerCallContext context)
    {
        try
        {
            if (call.RemoteAddress is not null)
            {
                admission.Demand(call);
            }

            return table.Refusal() is { } refusal ? throw RpcErrors.Of(StatusCode.DataLoss, refusal) : await rpc.Handler(call, request);
        }
        catch (Exception e)
        {
            call.Undelivered();
            if (RpcErrors.Answered(e, context.CancellationToken) is not { } answered)
            {
                RpcLog.HandlerFailed(logger, e, context.Method);
                answered = RpcErrors.Of(StatusCode.Internal, "internal error; the server's log has the details");
            }

            throw answered;
        }
    }
}
