using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Requests of all kinds about workflows and schedules that have nothing to do with each other: in whichever order they come, each is
/// answered alike and leaves the same history. <c>FUZZ_SEED=N</c> plays one again.
/// </summary>
public sealed partial class EveryRpcOrdersTests(ITestOutputHelper output)
{
    private const int Workflows = 4;

    // About one workflow or schedule, carried out when it is answered, and answered without others.
    private static readonly HashSet<string> Names =
    [
        "StartWorkflowExecution",
        "SignalWithStartWorkflowExecution",
        "SignalWorkflowExecution",
        "RequestCancelWorkflowExecution",
        "TerminateWorkflowExecution",
        "UpdateWorkflowExecutionOptions",
        "ResetWorkflowExecution",
        "ResetStickyTaskQueue",
        "DescribeWorkflowExecution",
        "GetWorkflowExecutionHistoryReverse",
        "PauseActivity",
        "UnpauseActivity",
        "ResetActivity",
        "UpdateActivityOptions",
        "RecordActivityTaskHeartbeatById",
        "RespondActivityTaskCompletedById",
        "RespondActivityTaskFailedById",
        "RespondActivityTaskCanceledById",
        "CreateSchedule",
        "UpdateSchedule",
        "DescribeSchedule",
        "ListScheduleMatchingTimes",
        "DeleteSchedule",
    ];

    [Fact]
    public Task Requests_OfSeveralWorkflowsInTwoOrders_AreAnsweredAlike() => PlayAsync(rounds: 3);

    [Fact]
    [Trait("Category", "Full")]
    public Task Requests_OfManyWorkflowsInTwoOrders_AreAnsweredAlike() => PlayAsync(rounds: 300);

    // Ids of runs, and times.
    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", RegexOptions.CultureInvariant)]
    private static partial Regex Chance { get; }

    private async Task PlayAsync(int rounds)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"FUZZ_SEED={seed}");
        var random = new Random(seed);
        var methods = RpcCatalog.Methods.Where(method => Names.Contains(method.Name)).ToList();
        Assert.Equal(Names.Count, methods.Count);
        await using var one = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync();
        var done = 0;
        for (var round = 0; round < rounds; round++)
        {
            var scripts = Enumerable.Range(0, Workflows).Select(i => Script($"w{round}-{i}", methods, random)).ToList();
            var answers = new[] { await SendAsync(one, scripts, random), await SendAsync(other, scripts, random) };
            for (var i = 0; i < Workflows; i++)
            {
                Assert.Equal(answers[0][i], answers[1][i]);
                done += answers[0][i].Count(answer => answer.StartsWith("OK", StringComparison.Ordinal));
                Assert.Equal(await HistoryAsync(one, $"w{round}-{i}"), await HistoryAsync(other, $"w{round}-{i}"));
            }
        }

        Assert.True(done > rounds * Workflows * 4, $"only {done} requests were carried out");
    }

    private static List<(MethodDescriptor Method, IMessage Request)> Script(
        string id,
        IReadOnlyList<MethodDescriptor> methods,
        Random random
    )
    {
        var seeds = new Seeds(random);
        seeds.Add("task_queue", id);
        seeds.Add("schedule_id", id);
        seeds.Add("execution", new WorkflowExecution { WorkflowId = id });
        var generator = new RequestGenerator(random, seeds);
        List<(MethodDescriptor, IMessage)> script =
        [
            (methods.Single(method => method.Name == "StartWorkflowExecution"), Start(id)),
            .. Enumerable
                .Range(0, 20)
                .Select(_ => methods[random.Next(methods.Count)])
                .Select(method => (method, generator.Create(method.Name, method.InputType))),
        ];
        foreach (var (_, request) in script)
        {
            if (request is CreateScheduleRequest create)
            {
                create.ScheduleId = id;
            }
        }

        return script;
    }

    private static StartWorkflowExecutionRequest Start(string id) =>
        new()
        {
            Namespace = "default",
            WorkflowId = id,
            WorkflowType = new WorkflowType { Name = "Test" },
            TaskQueue = new() { Name = id },
            RequestId = id,
        };

    /// <summary>
    /// Sends each workflow's requests in their order, and those of different workflows in a random one; what each was answered.
    /// </summary>
    private static async Task<List<string>[]> SendAsync(
        TestServer server,
        List<List<(MethodDescriptor Method, IMessage Request)>> scripts,
        Random order
    )
    {
        var answers = scripts.Select(_ => new List<string>()).ToArray();
        var left = Enumerable.Range(0, scripts.Count).ToList();
        while (left.Count > 0)
        {
            var i = left[order.Next(left.Count)];
            var (method, request) = scripts[i][answers[i].Count];
            var (status, message, _) = await server.TryAsync(
                request,
                TimeSpan.FromSeconds(60),
                $"/{method.Service.FullName}/{method.Name}"
            );
            Assert.True(status != StatusCode.DeadlineExceeded, $"{method.Name} waited: {request}");
            answers[i].Add($"{status} {method.Name} {Chance.Replace(message, "?")}");
            if (answers[i].Count == scripts[i].Count)
            {
                left.Remove(i);
            }
        }

        return answers;
    }

    private static async Task<IEnumerable<string>> HistoryAsync(TestServer server, string id) =>
        DifferentialFuzzTests.Shown(await server.HistoryAsync(id)).Select(e => Chance.Replace(e, "?"));
}
