using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>Raw calls to a server that dies now and then.</summary>
internal sealed class ServerCalls(string address) : IDisposable
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly RpcClient _calls = new(address);

    /// <summary>Calls once.</summary>
    public Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser, CancellationToken stop)
        where TResponse : IMessage<TResponse>
    {
        var name = request.GetType().Name[..^"Request".Length];
        return _calls.CallAsync(Service + name, request, parser, Limit, cancellationToken: stop);
    }

    /// <summary>Calls until the server answers, with the same request each time.</summary>
    public async Task<TResponse> InsistAsync<TResponse>(IMessage request, MessageParser<TResponse> parser, CancellationToken stop)
        where TResponse : IMessage<TResponse>
    {
        while (true)
        {
            try
            {
                return await CallAsync(request, parser, stop);
            }
            catch (RpcException gone) when (IsGone(gone))
            {
                await Task.Delay(Pause, stop);
            }
        }
    }

    /// <summary>The server did not answer: what was asked may be done or not.</summary>
    public static bool IsGone(RpcException fault) =>
        fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
        || fault.Status.DebugException is HttpRequestException;

    public void Dispose() => _calls.Dispose();
}
