using Google.Protobuf;
using Temporal.Grpc;

namespace Temporal.Server.Common;

/// <summary>The RPCs that the server has. Each part of the server adds its own; anything else answers UNIMPLEMENTED.</summary>
internal sealed class RpcTable
{
    public const string WorkflowService = "temporal.api.workflowservice.v1.WorkflowService";
    public const string OperatorService = "temporal.api.operatorservice.v1.OperatorService";
    public const string TestService = "temporal.api.testservice.v1.TestService";
    public const string Health = "grpc.health.v1.Health";

    private readonly Dictionary<string, GrpcHandler> _handlers = [];

    public IReadOnlyDictionary<string, GrpcHandler> Handlers => _handlers;

    /// <summary>Adds a method that answers with a message. Failures are thrown: see <see cref="RpcErrors"/>.</summary>
    public void Add<TRequest, TResponse>(
        string service, string method, MessageParser<TRequest> parser, Func<GrpcServerCallContext, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage =>
        AddRaw(service, method, parser, async (context, request) => new GrpcResponse(await handler(context, request)));

    /// <summary>Adds a method that answers with encoded bytes.</summary>
    public void AddRaw<TRequest>(string service, string method, MessageParser<TRequest> parser, Func<GrpcServerCallContext, TRequest, ValueTask<GrpcResponse>> handler)
        where TRequest : IMessage<TRequest> =>
        _handlers.Add($"/{service}/{method}", (context, bytes) =>
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
        });
}
