using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class WorkflowClientTests(TestServer server) : IClassFixture<TestServer>
{
    private TemporalClient Client => server.Client;

    [Fact]
    public Task Workflow_SignalsQueriesAndResult_GoThere() =>
        WithWorkerAsync(async queue =>
        {
            var handle = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(5), TestServer.Start(queue));
            await handle.SignalAsync(workflow => workflow.AddAsync(2));
            Assert.Equal(7, await handle.QueryAsync(workflow => workflow.Count));
            Assert.Equal("n=7", await handle.QueryAsync(workflow => workflow.Describe("n=")));
            await handle.SignalAsync("Add", [3]);
            await handle.SignalAsync(workflow => workflow.FinishAsync());
            Assert.Equal(10, await handle.GetResultAsync());
            Assert.Equal(10, await handle.QueryAsync<int>("Count", []));
        });

    [Fact]
    public Task Update_InAllItsEnds_SaysWhat() =>
        WithWorkerAsync(async queue =>
        {
            var handle = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(1), TestServer.Start(queue));
            Assert.Equal(1, await handle.ExecuteUpdateAsync(workflow => workflow.SetAsync(4)));

            var started = await handle.StartUpdateAsync(workflow => workflow.SetAsync(6), new("my-update", WorkflowUpdateStage.Accepted));
            Assert.Equal("my-update", started.Id);
            Assert.Equal(4, await started.GetResultAsync());
            Assert.Equal(4, await handle.GetUpdateHandle<int>("my-update").GetResultAsync());

            var rejected = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                handle.ExecuteUpdateAsync(workflow => workflow.SetAsync(-1))
            );
            Assert.Equal("Range", Assert.IsType<ApplicationFailureException>(rejected.InnerException).ErrorType);

            var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                handle.ExecuteUpdateAsync(workflow => workflow.SetAsync(13))
            );
            var unlucky = Assert.IsType<ApplicationFailureException>(failed.InnerException);
            Assert.Equal("thirteen", unlucky.Details.ElementAt<string>(0));
            Assert.Equal(6, await handle.QueryAsync(workflow => workflow.Count));
            await handle.TerminateAsync();
        });

    [Fact]
    public Task SignalWithStart_OnAWorkflowThatIsThereOrNot_SignalsIt() =>
        WithWorkerAsync(async queue =>
        {
            var options = TestServer.Start(queue);
            options.SignalWithStart((CounterWorkflow workflow) => workflow.AddAsync(1));
            var one = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(10), options);
            var two = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(10), options);
            Assert.Equal(one.ResultRunId, two.ResultRunId);
            Assert.Equal(12, await one.QueryAsync(workflow => workflow.Count));
            await one.TerminateAsync();
        });

    [Fact]
    public Task Start_WithAnIdThatIsTaken_ThrowsAlreadyStarted() =>
        WithWorkerAsync(async queue =>
        {
            var options = TestServer.Start(queue);
            var handle = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(1), options);
            var taken = await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() =>
                Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(1), options)
            );
            Assert.Equal(handle.ResultRunId, taken.RunId);
            await handle.TerminateAsync();
        });

    [Fact]
    public Task Result_OfWorkflowsThatDoNotReturn_ThrowsWhy() =>
        WithWorkerAsync(async queue =>
        {
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                Client.ExecuteWorkflowAsync((EndingWorkflow workflow) => workflow.RunAsync("fail"), TestServer.Start(queue))
            );
            var failure = Assert.IsType<ApplicationFailureException>(failed.InnerException);
            Assert.Equal(("as asked", "Asked"), (failure.Message, failure.ErrorType));
            Assert.Equal(new Parcel("box", 3), failure.Details.ElementAt<Parcel>(0));
            Assert.Equal("the cause", failure.InnerException?.Message);

            var canceled = await Client.StartWorkflowAsync((EndingWorkflow workflow) => workflow.RunAsync("wait"), TestServer.Start(queue));
            await canceled.CancelAsync();
            var cancellation = await Assert.ThrowsAsync<WorkflowFailedException>(() => canceled.GetResultAsync());
            Assert.IsType<CanceledFailureException>(cancellation.InnerException);

            var terminated = await Client.StartWorkflowAsync(
                (EndingWorkflow workflow) => workflow.RunAsync("wait"),
                TestServer.Start(queue)
            );
            await terminated.TerminateAsync("enough", new() { Details = ["detail"] });
            var termination = await Assert.ThrowsAsync<WorkflowFailedException>(() => terminated.GetResultAsync());
            var inner = Assert.IsType<TerminatedFailureException>(termination.InnerException);
            Assert.Equal("enough", inner.Message);
            Assert.Equal("detail", inner.Details!.ElementAt<string>(0));

            var limited = TestServer.Start(queue);
            limited.RunTimeout = TimeSpan.FromSeconds(1);
            var late = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                Client.ExecuteWorkflowAsync((EndingWorkflow workflow) => workflow.RunAsync("wait"), limited)
            );
            Assert.IsType<TimeoutFailureException>(late.InnerException);
        });

    [Fact]
    public Task Result_OfAChain_FollowsItUnlessToldNotTo() =>
        WithWorkerAsync(async queue =>
        {
            var handle = await Client.StartWorkflowAsync(
                (EndingWorkflow workflow) => workflow.RunAsync("continue"),
                TestServer.Start(queue)
            );
            Assert.Equal("return", await handle.GetResultAsync());
            var continued = await Assert.ThrowsAsync<WorkflowContinuedAsNewException>(() => handle.GetResultAsync(followRuns: false));
            Assert.NotEqual(handle.ResultRunId, continued.NewRunId);
        });

    [Fact]
    public Task Query_ThatFailsOrIsRefused_ThrowsWhich() =>
        WithWorkerAsync(async queue =>
        {
            var handle = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(1), TestServer.Start(queue));
            var failed = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() =>
                handle.QueryAsync(workflow => workflow.Describe("fail"))
            );
            Assert.Contains("no such prefix", failed.Message, StringComparison.Ordinal);
            var unknown = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<int>("Nothing", []));
            Assert.Contains("Nothing", unknown.Message, StringComparison.Ordinal);
            await handle.SignalAsync(workflow => workflow.FinishAsync());
            await handle.GetResultAsync();
            var refused = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() =>
                handle.QueryAsync(workflow => workflow.Count, new() { RejectCondition = QueryRejectCondition.NotOpen })
            );
            Assert.Equal(WorkflowExecutionStatus.Completed, refused.WorkflowStatus);
        });

    [Fact]
    public Task Description_OfAWorkflow_HasWhatItWasStartedWith() =>
        WithWorkerAsync(async queue =>
        {
            var options = TestServer.Start(queue);
            options.Memo = new Dictionary<string, object> { ["parcel"] = new Parcel("box", 3) };
            options.StaticSummary = "a summary";
            options.StaticDetails = "some details";
            var handle = await Client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(1), options);
            var description = await handle.DescribeAsync();
            Assert.Equal(
                (handle.Id, handle.ResultRunId, "CounterWorkflow", queue),
                (description.Id, description.RunId, description.WorkflowType, description.TaskQueue)
            );
            Assert.Equal(WorkflowExecutionStatus.Running, description.Status);
            Assert.Equal(new Parcel("box", 3), await description.Memo["parcel"].ToValueAsync<Parcel>());
            Assert.Equal(
                ("a summary", "some details"),
                (await description.GetStaticSummaryAsync(), await description.GetStaticDetailsAsync())
            );
            Assert.Null(description.CloseTime);
            await handle.TerminateAsync();
        });

    [Fact]
    public Task Lists_OfWorkflows_PageThroughAll() =>
        WithWorkerAsync(async queue =>
        {
            for (var index = 0; index < 5; index++)
            {
                await Client.ExecuteWorkflowAsync((EndingWorkflow workflow) => workflow.RunAsync("return"), TestServer.Start(queue));
            }

            var query = $"TaskQueue = '{queue}'";
            await WaitForCountAsync(query, 5);
            var all = await Client.ListWorkflowsAsync(query).ToListAsync();
            Assert.Equal(5, all.Select(workflow => workflow.Id).Distinct().Count());
            Assert.Equal(3, (await Client.ListWorkflowsAsync(query, new() { Limit = 3 }).ToListAsync()).Count);
            var page = await Client.ListWorkflowsPaginatedAsync(query, null, new() { PageSize = 2 });
            Assert.Equal(2, page.Workflows.Count);
            Assert.NotNull(page.NextPageToken);
            var histories = await Client.ListWorkflowHistoriesAsync(query).ToListAsync();
            Assert.All(histories, history => Assert.Equal(EventType.WorkflowExecutionStarted, history.Events.First().EventType));
            var grouped = await Client.CountWorkflowsAsync($"{query} GROUP BY ExecutionStatus");
            Assert.Equal("Completed", Assert.Single(Assert.Single(grouped.Groups).GroupValues));
        });

    [Fact]
    public Task History_OfAWorkflow_IsTheSameAfterJson() =>
        WithWorkerAsync(async queue =>
        {
            var handle = await Client.StartWorkflowAsync((EndingWorkflow workflow) => workflow.RunAsync("return"), TestServer.Start(queue));
            await handle.GetResultAsync();
            var history = await handle.FetchHistoryAsync();
            var read = Temporalio.Common.WorkflowHistory.FromJson(history.Id, history.ToJson());
            Assert.Equal(history.Events, read.Events);
        });

    private Task WithWorkerAsync(Func<string, Task> act) =>
        server.WithWorkerAsync(act, options => options.AddWorkflow<CounterWorkflow>().AddWorkflow<EndingWorkflow>());

    private async Task WaitForCountAsync(string query, int count)
    {
        var limit = Eventually.Timeout();
        while ((await Client.CountWorkflowsAsync(query)).Count != count)
        {
            await Task.Delay(50, limit);
        }
    }
}
