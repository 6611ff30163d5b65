using Google.Protobuf;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Random valid and nearly valid requests, judged by rules, by a model, and by orders that must not matter. <c>FUZZ_SEED=N</c> plays one
/// again.
/// </summary>
public sealed class DifferentialFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public Task Requests_SampleOfValidAndNearlyValid_AreAnsweredByTheRules() => RequestsAsync(1_000);

    [Fact]
    [Trait("Category", "Full")]
    public Task Requests_ValidAndNearlyValid_AreAnsweredByTheRules() => RequestsAsync(50_000);

    [Fact]
    public Task Requests_OfSeveralWorkflowsInTwoOrders_LeaveTheSameHistories() => OrdersAsync(rounds: 3);

    [Fact]
    [Trait("Category", "Full")]
    public Task Requests_OfManyWorkflowsInTwoOrders_LeaveTheSameHistories() => OrdersAsync(rounds: 200);

    private async Task RequestsAsync(int count)
    {
        await using var server = await TestServer.StartAsync();
        var session = new FuzzSession(server, Seeded());
        for (var i = 0; i < count && session.Faults.Count < 20; i++)
        {
            await session.StepAsync();
        }

        output.WriteLine(
            string.Join(", ", session.Statuses.OrderBy(status => status.Key).Select(status => $"{status.Key} {status.Value}"))
        );
        Assert.True(session.Faults.Count == 0, string.Join('\n', session.Faults));
        Assert.True(
            session.Statuses[StatusCode.OK] > count / 4 && session.Statuses[StatusCode.InvalidArgument] > count / 10,
            "the requests are too much of one kind"
        );
    }

    private async Task OrdersAsync(int rounds)
    {
        var random = Seeded();
        await using var one = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync();
        for (var round = 0; round < rounds; round++)
        {
            var scripts = Enumerable
                .Range(0, 5)
                .Select(i => (Id: $"w{round}-{i}", Steps: Enumerable.Range(0, 14).Select(_ => random.Next(8)).ToList()))
                .ToList();
            foreach (var server in (TestServer[])[one, other])
            {
                await PlayAsync(server, scripts, new Random(random.Next()));
            }

            foreach (var (id, _) in scripts)
            {
                Assert.Equal(Shown(await one.HistoryAsync(id)), Shown(await other.HistoryAsync(id)));
            }
        }
    }

    private Random Seeded()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"FUZZ_SEED={seed}");
        return new Random(seed);
    }

    /// <summary>Plays each workflow's steps in their order, and those of different workflows in a random one.</summary>
    private static async Task PlayAsync(TestServer server, IReadOnlyList<(string Id, List<int> Steps)> scripts, Random order)
    {
        var left = scripts.Select(script => (script.Id, Steps: new Queue<int>(script.Steps))).ToList();
        foreach (var (id, _) in left)
        {
            await server.StartWorkflowAsync(id);
        }

        while (left.Count > 0)
        {
            var (id, steps) = left[order.Next(left.Count)];
            if (steps.TryDequeue(out var step))
            {
                await StepAsync(server, id, step);
            }
            else
            {
                left.RemoveAll(script => script.Id == id);
            }
        }
    }

    /// <summary>Executes one step, whose effect depends only on the history of its workflow.</summary>
    private static async Task StepAsync(TestServer server, string id, int step)
    {
        var execution = new WorkflowExecution { WorkflowId = id };
        var described = await server.CallAsync(
            new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = execution },
            DescribeWorkflowExecutionResponse.Parser
        );
        if (described.WorkflowExecutionInfo.Status != Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
        {
            return;
        }

        switch (step)
        {
            case 0 or 1:
                await server.SignalAsync(id, "s");
                break;
            case 2:
                await server.TryAsync(
                    new RequestCancelWorkflowExecutionRequest
                    {
                        Namespace = "default",
                        WorkflowExecution = execution,
                        RequestId = "r",
                    },
                    TimeSpan.FromMinutes(1)
                );
                break;
            case 3 when described.PendingActivities.Count > 0:
                var activity = await server.PollActivityTaskAsync(id);
                await server.CallAsync(
                    new RespondActivityTaskCompletedRequest { TaskToken = activity.TaskToken, Result = TestServer.Text("r") },
                    RespondActivityTaskCompletedResponse.Parser
                );
                break;
            case 7 when described.WorkflowExecutionInfo.HistoryLength > 12:
                await server.CallAsync(
                    new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = execution },
                    TerminateWorkflowExecutionResponse.Parser
                );
                break;
            default:
                if (described.PendingWorkflowTask is not null)
                {
                    var task = await server.PollWorkflowTaskAsync(id);
                    Command[] commands =
                        step % 2 == 0
                            ? [TestServer.Activity($"a{task.StartedEventId}", id)]
                            : [TestServer.Timer($"t{task.StartedEventId}", TimeSpan.FromDays(1))];
                    await server.CompleteAsync(task, commands);
                }

                break;
        }
    }

    /// <summary>The parts of a history that depend on neither clock nor chance.</summary>
    internal static IEnumerable<string> Shown(IReadOnlyList<HistoryEvent> events) =>
        events.Select(e =>
        {
            var kept = e.Clone();
            kept.EventTime = null;
            kept.TaskId = 0;
            if (kept.WorkflowExecutionStartedEventAttributes is { } started)
            {
                started.OriginalExecutionRunId = started.FirstExecutionRunId = "";
            }

            if (kept.WorkflowTaskStartedEventAttributes is { } task)
            {
                task.RequestId = "";
                task.HistorySizeBytes = 0;
            }

            if (kept.ActivityTaskStartedEventAttributes is { } activity)
            {
                activity.RequestId = "";
            }

            if (kept.WorkflowExecutionSignaledEventAttributes is { } signal)
            {
                signal.RequestId = "";
            }

            return kept.ToString();
        });
}
