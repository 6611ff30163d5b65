using System.Collections.Concurrent;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Orchestrator.Conformance.Wire;
using Orchestrator.TestKit.Rpc;
using Temporal.Server.Verification;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>Requests that make no sense are refused with a status that says so: never INTERNAL, never a crash or a hang.</summary>
public sealed class BadInputTests(ITestOutputHelper output)
{
    private const int Parallel = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private static readonly string[] Services =
    [
        "temporal.api.workflowservice.v1.WorkflowService",
        "temporal.api.operatorservice.v1.OperatorService",
        "grpc.health.v1.Health",
    ];

    [Fact]
    public Task EveryMethod_SampleOfSenselessRequests_AreNeverAnsweredInternal() => FuzzAsync(14_000);

    [Fact]
    [Trait("Category", "Full")]
    public Task EveryMethod_SenselessRequests_AreNeverAnsweredInternal() => FuzzAsync(100_000);

    private async Task FuzzAsync(int count)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"CONFORMANCE_SEED={seed}");
        var folder = Directory.CreateTempSubdirectory("fuzz-").FullName;
        var database = Path.Combine(folder, "engine.db");
        await using (var target = await ConformanceTarget.StartEmbeddedAsync(database, port: 0))
        {
            using var calls = new RpcClient(target.Address);
            await SendAsync(calls, seed, count);
        }

        // What was taken of it must have left the file sound.
        Assert.Empty(EngineDatabaseVerifier.Verify(database).Faults);
        Directory.Delete(folder, recursive: true);
    }

    private async Task SendAsync(RpcClient calls, int seed, int count)
    {
        var methods = ProtoJson.MethodsOf(Services).Where(method => method.Name is not ("DeleteNamespace" or "Watch")).ToList();
        var messages = new RandomMessages(
            new Random(seed),
            ["default", "w-1", "w-2", "q", "Demo", "s-1", "job-1", "WorkflowId = 'w-1'", "temporal-system"],
            await ForeignTokens.CollectAsync(calls)
        );
        var faults = new ConcurrentQueue<string>();
        var statuses = new ConcurrentDictionary<StatusCode, int>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Requests(methods, messages, count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (one, _) =>
            {
                var (status, fault) = await CallAsync(calls, one.Method, one.Request);
                statuses.AddOrUpdate(status, 1, static (_, times) => times + 1);
                if (fault is not null)
                {
                    var text = Convert.ToBase64String(one.Request);
                    faults.Enqueue($"{one.Method.Name}: {fault} for {text[..Math.Min(400, text.Length)]}");
                }
            }
        );
        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Key} {status.Value}")));
        Assert.True(statuses.GetValueOrDefault(StatusCode.OK) > 100, "hardly any request was good enough to be carried out");
        Assert.True(faults.IsEmpty, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(20))}");
        Assert.Equal(StatusCode.OK, (await CallAsync(calls, methods.First(method => method.Name == "GetSystemInfo"), [])).Status);
    }

    private static IEnumerable<(MethodDescriptor Method, byte[] Request)> Requests(
        IReadOnlyList<MethodDescriptor> methods,
        RandomMessages messages,
        int count
    )
    {
        foreach (var method in methods)
        {
            yield return (method, []);
            yield return (method, [0xFF, 0xFF, 0xFF]);

            // A part with the largest length there is.
            foreach (var field in (byte[])[0x0A, 0x12, 0x1A, 0x22, 0x2A, 0x32])
            {
                yield return (method, [field, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x50, 0x01]);
            }
        }

        for (var i = 8 * methods.Count; i < count; i++)
        {
            var method = methods[i % methods.Count];
            yield return (method, messages.Request(method.InputType));
        }
    }

    private static async Task<(StatusCode Status, string? Fault)> CallAsync(RpcClient calls, MethodDescriptor method, byte[] request)
    {
        try
        {
            await calls.CallAsync($"/{method.Service.FullName}/{method.Name}", request, Limit);
            return (StatusCode.OK, null);
        }
        catch (RpcException e)
        {
            // What can't be parsed is answered as gRPC servers do.
            var unreadable = e.Status.Detail.StartsWith("grpc: error unmarshalling request", StringComparison.Ordinal);
            var isFault = e.StatusCode is StatusCode.Internal or StatusCode.Unknown or StatusCode.Unavailable && !unreadable;
            return (e.StatusCode, isFault ? $"{e.StatusCode} {e.Status.Detail}" : null);
        }
    }
}
