using Google.Protobuf;
using Temporal.Grpc;

namespace Temporal.Server.Common;

/// <summary>
/// The RPCs that the server has, named by their requests as the descriptors do it. Each service adds its own; anything else answers
/// UNIMPLEMENTED.
/// </summary>
internal sealed class RpcTable
{
    public const string WorkflowService = "temporal.api.workflowservice.v1.WorkflowService";
    public const string OperatorService = "temporal.api.operatorservice.v1.OperatorService";
    public const string TestService = "temporal.api.testservice.v1.TestService";
    public const string Health = "grpc.health.v1.Health";

    private const string RequestSuffix = "Request";

    private readonly Dictionary<string, GrpcHandler> _handlers = [];

    public IReadOnlyDictionary<string, GrpcHandler> Handlers => _handlers;

    /// <summary>Adds the method whose request this is. Failures are thrown: see <see cref="RpcErrors"/>.</summary>
    public void Add<TRequest, TResponse>(Func<TRequest, TResponse> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>((_, request) => ValueTask.FromResult(new GrpcResponse(handler(request))));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<TRequest, Task<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (_, request) => new GrpcResponse(await handler(request)));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<GrpcServerCallContext, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (context, request) => new GrpcResponse(await handler(context, request)));

    /// <summary>Adds the method whose request this is; the answer is encoded bytes.</summary>
    public void AddRaw<TRequest>(Func<GrpcServerCallContext, TRequest, ValueTask<GrpcResponse>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddRaw(ServiceOf(typeof(TRequest)), typeof(TRequest).Name[..^RequestSuffix.Length], handler);

    /// <summary>Adds a method that answers with a message, and whose name its request does not tell.</summary>
    public void AddAsync<TRequest, TResponse>(
        string service,
        string method,
        Func<GrpcServerCallContext, TRequest, ValueTask<TResponse>> handler
    )
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage =>
        AddRaw<TRequest>(service, method, async (context, request) => new GrpcResponse(await handler(context, request)));

    /// <summary>Adds a method that answers with encoded bytes, and whose name its request does not tell.</summary>
    public void AddRaw<TRequest>(string service, string method, Func<GrpcServerCallContext, TRequest, ValueTask<GrpcResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(static () => new TRequest());
        _handlers.Add(
            $"/{service}/{method}",
            (context, bytes) =>
            {
                TRequest request;
                try
                {
                    request = parser.ParseFrom(bytes.Span);
                }
                catch (Exception e) when (UnreadableMessage.Causes(e))
                {
                    throw new GrpcException(GrpcStatusCode.Internal, "grpc: error unmarshalling request: " + e.Message, innerException: e);
                }

                return handler(context, request);
            }
        );
    }

    private static string ServiceOf(Type request) =>
        request.Namespace switch
        {
            "Temporalio.Api.WorkflowService.V1" => WorkflowService,
            "Temporalio.Api.OperatorService.V1" => OperatorService,
            "Temporalio.Api.TestService.V1" => TestService,
            _ => throw new ArgumentException($"{request} belongs to no service of the server", nameof(request)),
        };
}
