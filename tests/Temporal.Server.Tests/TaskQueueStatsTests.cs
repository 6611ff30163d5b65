using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class TaskQueueStatsTests
{
    [Fact]
    public async Task Describe_OfTasksWithPriorities_CountsEachWithTheAgeOfItsOldest()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", 1);
        await StartAsync(server, "b", 5);
        await StartAsync(server, "c", 5);
        await StartAsync(server, "d", 0);

        var described = await DescribeAsync(server);

        Assert.Equal(4, described.Stats.ApproximateBacklogCount);
        Assert.Equal(
            [(1, 1L), (3, 1L), (5, 2L)],
            described.StatsByPriorityKey.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value.ApproximateBacklogCount))
        );
        Assert.All(described.StatsByPriorityKey.Values, stats => Assert.NotNull(stats.ApproximateBacklogAge));
    }

    [Fact]
    public async Task Describe_OfTasksThatCameAndWentLately_TellsHowManyPerSecond()
    {
        await using var server = await TestServer.StartAsync();
        DescribeTaskQueueResponse described;
        var started = 0;
        do
        {
            // Once more where the machine needed longer than what is remembered.
            await StartAsync(server, $"w{started++}", 5);
            await StartAsync(server, $"w{started++}", 5);
            await server.CompleteAsync(await server.PollWorkflowTaskAsync("q"));
            described = await DescribeAsync(server);
        } while (described.Stats.TasksAddRate == 0 || described.Stats.TasksDispatchRate == 0);

        Assert.True(described.Stats.TasksAddRate <= started / 30F);
        Assert.Equal(described.Stats.ApproximateBacklogCount, described.StatsByPriorityKey[5].ApproximateBacklogCount);
    }

    [Fact]
    public async Task Describe_WhileAQueryWaits_DoesNotCountItUnderAPriority()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", 2);
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("q"));
        var asked = server.QueryAsync("a");
        var queue = server.Server.Parts.Queues.Get(global::Temporal.Server.Common.NamespaceRegistry.Default.Id, "q", activity: false);
        while (queue.Backlog == 0)
        {
            await Task.Delay(5);
        }

        Assert.Empty((await DescribeAsync(server)).StatsByPriorityKey);

        await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync("q"), TestServer.Text("answer"));
        await asked;
    }

    private static Task StartAsync(TestServer server, string id, int priority) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Test" },
                TaskQueue = new TaskQueue { Name = "q" },
                RequestId = id,
                Priority = priority == 0 ? null : new Priority { PriorityKey = priority },
            },
            StartWorkflowExecutionResponse.Parser
        );

    private static Task<DescribeTaskQueueResponse> DescribeAsync(TestServer server) =>
        server.CallAsync(
            new DescribeTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "q" },
                TaskQueueType = TaskQueueType.Workflow,
                ReportStats = true,
            },
            DescribeTaskQueueResponse.Parser
        );
}
