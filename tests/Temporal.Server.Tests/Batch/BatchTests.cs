using Temporalio.Api.Batch.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Batch;

public sealed class BatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Unpause_OfActivitiesFoundByAQuery_HandsThemOut()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "activities"));
        await server.CallAsync(
            new PauseActivityRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "w" },
                Id = "a",
                Identity = "test",
            },
            PauseActivityResponse.Parser
        );
        Assert.True(Assert.Single((await DescribeAsync(server)).PendingActivities).Paused);

        await server.CallAsync(
            new StartBatchOperationRequest
            {
                Namespace = "default",
                JobId = "job",
                VisibilityQuery = "WorkflowId = 'w'",
                Reason = "go on",
                UnpauseActivitiesOperation = new BatchOperationUnpauseActivities { Identity = "test", MatchAll = true },
            },
            StartBatchOperationResponse.Parser
        );

        Assert.Equal("a", (await server.PollActivityTaskAsync("activities")).ActivityId);
        var batch = await UntilAsync(
            () =>
                server.CallAsync(
                    new DescribeBatchOperationRequest { Namespace = "default", JobId = "job" },
                    DescribeBatchOperationResponse.Parser
                ),
            answer => answer.State == BatchOperationState.Completed
        );
        Assert.Equal(
            (BatchOperationType.UnpauseActivity, 1L, 1L),
            (batch.OperationType, batch.TotalOperationCount, batch.CompleteOperationCount)
        );
    }

    [Fact]
    public async Task Batch_OnAFile_GoesOnAfterARestart()
    {
        var folder = Directory.CreateTempSubdirectory("batch");
        var path = Path.Combine(folder.FullName, "engine.db");
        try
        {
            await using (var first = await TestServer.StartAsync(path))
            {
                await first.StartWorkflowAsync("w");
                await first.CallAsync(
                    new StartBatchOperationRequest
                    {
                        Namespace = "default",
                        JobId = "job",
                        VisibilityQuery = "WorkflowId = 'w'",
                        Reason = "r",
                        SignalOperation = new BatchOperationSignal { Signal = "go", Identity = "test" },
                    },
                    StartBatchOperationResponse.Parser
                );
            }

            await using var second = await TestServer.StartAsync(path);
            await UntilAsync(
                () =>
                    second.CallAsync(
                        new DescribeBatchOperationRequest { Namespace = "default", JobId = "job" },
                        DescribeBatchOperationResponse.Parser
                    ),
                answer => answer.State == BatchOperationState.Completed
            );

            // Whether the first server came to it or the second: once.
            Assert.Single(await second.HistoryAsync("w"), e => e.EventType == EventType.WorkflowExecutionSignaled);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(TestServer server) =>
        server.CallAsync(
            new DescribeWorkflowExecutionRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "w" },
            },
            DescribeWorkflowExecutionResponse.Parser
        );

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = await ask();
            if (holds(answer))
            {
                return answer;
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
