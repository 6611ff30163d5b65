using Google.Protobuf;
using Grpc.Core;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>A way to call the workflow service.</summary>
internal interface ICalls
{
    /// <summary>Calls; a failure is a <see cref="RpcException"/>.</summary>
    Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>;
}

/// <summary>Over gRPC.</summary>
internal sealed class WireCalls(TestServer server) : ICalls
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse> => server.CallAsync(request, parser, Limit);
}
