using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Grpc;
using Temporalio.Client;

namespace Orchestrator.Temporal.Tests.Faults;

/// <summary>Stands between a client and a server and passes calls on; a chosen part of the answers is thrown away after the server has done its work.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";

    private readonly GrpcChannel _target;
    private readonly GrpcServer _server;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentDictionary<string, int> _dropped = new();

    /// <summary>Makes the proxy.</summary>
    /// <param name="target">Address of the server.</param>
    public FaultyProxy(string target)
    {
        _target = new(new() { Address = target });
        var methods = typeof(WorkflowService).GetMethods()
            .Where(method => method.DeclaringType == typeof(WorkflowService) && method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => method.Name[..^"Async".Length]);
        _server = new(
            new(methods.ToDictionary(method => Service + method, GrpcHandler (method) => (context, request) => PassAsync(method, context, request)), NullLogger.Instance),
            [new() { Address = new(IPAddress.Loopback, 0) }],
            NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens.</summary>
    public string Address => new Uri(_server.Addresses[0]).Authority;

    /// <summary>Says of a call, by name and number (from 1), whether its answer is thrown away.</summary>
    public Func<string, int, bool> Drops { get; set; } = (_, _) => false;

    /// <summary>Answers thrown away, by call.</summary>
    public IReadOnlyDictionary<string, int> Dropped => _dropped;

    public Task StartAsync() => _server.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(stop.Token);
        await _server.DisposeAsync();
        _target.Dispose();
    }

    private async ValueTask<GrpcResponse> PassAsync(string method, GrpcServerCallContext context, ReadOnlyMemory<byte> request)
    {
        var options = new GrpcCallOptions { Timeout = context.Remaining, LongPoll = true };
        var answer = await _target.CallAsync(Service + method, request, options, context.CancellationToken);
        var number = _calls.AddOrUpdate(method, 1, (_, count) => count + 1);
        if (!Drops(method, number))
        {
            return new(answer);
        }

        _dropped.AddOrUpdate(method, 1, (_, count) => count + 1);
        throw new GrpcException(GrpcStatusCode.Unavailable, "the answer was lost");
    }
}
