using Google.Protobuf.Reflection;
using Orchestrator.Conformance.Wire;
using Orchestrator.Grpc;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>Requests that make no sense are refused with a status that says so: never INTERNAL, never a crash or a hang.</summary>
public sealed class BadInputTests(ITestOutputHelper output)
{
    private const int PerMethod = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private static readonly string[] Services =
        ["temporal.api.workflowservice.v1.WorkflowService", "temporal.api.operatorservice.v1.OperatorService", "grpc.health.v1.Health"];

    [Fact]
    public async Task EveryMethod_EmptyAndRandomRequests_AreNeverAnsweredInternal()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"CONFORMANCE_SEED={seed}");
        await using var target = await ConformanceTarget.StartEmbeddedAsync(database: null, port: 0);
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = target.Address });
        var methods = ProtoJson.MethodsOf(Services).Where(method => method.Name is not ("DeleteNamespace" or "Watch")).ToList();
        var messages = new RandomMessages(new Random(seed), ["default", "w-1", "w-2", "q", "Demo", "s-1", "job-1", "WorkflowId = 'w-1'", "temporal-system"]);
        var faults = new List<string>();
        var statuses = new Dictionary<GrpcStatusCode, int>();
        foreach (var (method, request) in Requests(methods, messages))
        {
            var (status, fault) = await CallAsync(channel, method, request);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (fault is not null)
            {
                faults.Add($"{method.Name}: {fault} for {Convert.ToBase64String(request)[..Math.Min(400, Convert.ToBase64String(request).Length)]}");
            }
        }

        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Key} {status.Value}")));
        Assert.True(statuses[GrpcStatusCode.OK] > 100, "hardly any request was good enough to be carried out");
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(20))}");
        Assert.Equal(GrpcStatusCode.OK, (await CallAsync(channel, methods.First(method => method.Name == "GetSystemInfo"), [])).Status);
    }

    private static IEnumerable<(MethodDescriptor Method, byte[] Request)> Requests(IReadOnlyList<MethodDescriptor> methods, RandomMessages messages)
    {
        foreach (var method in methods)
        {
            yield return (method, []);
            yield return (method, [0xFF, 0xFF, 0xFF]);
        }

        for (var i = 0; i < PerMethod; i++)
        {
            foreach (var method in methods)
            {
                yield return (method, messages.Encode(method.InputType));
            }
        }
    }

    private static async Task<(GrpcStatusCode Status, string? Fault)> CallAsync(GrpcChannel channel, MethodDescriptor method, byte[] request)
    {
        try
        {
            await channel.CallAsync($"/{method.Service.FullName}/{method.Name}", request, new GrpcCallOptions { Timeout = Limit }, CancellationToken.None);
            return (GrpcStatusCode.OK, null);
        }
        catch (GrpcException e)
        {
            // What can't be parsed is answered as gRPC servers do.
            var unreadable = e.Message.StartsWith("grpc: error unmarshalling request", StringComparison.Ordinal);
            var isFault = e.Code is GrpcStatusCode.Internal or GrpcStatusCode.Unknown or GrpcStatusCode.Unavailable && !unreadable;
            return (e.Code, isFault ? $"{e.Code} {e.Message}" : null);
        }
    }
}
