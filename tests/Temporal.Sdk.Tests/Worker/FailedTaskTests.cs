using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

/// <summary>What a real server would not forgive a worker or client.</summary>
public sealed class FailedTaskTests(TestServer server) : IClassFixture<TestServer>
{
    private const int Delivered = 3;

    [Workflow]
    public class AlwaysFailing
    {
        [WorkflowRun]
        public Task RunAsync() => throw new InvalidOperationException("no failure of the workflow, but of its task");
    }

    [Workflow]
    public class Continuing
    {
        [WorkflowRun]
        public Task<int> RunAsync(int left) =>
            left == 0
                ? Task.FromResult(Workflow.Info.RetryPolicy?.MaximumAttempts ?? 0)
                : throw Workflow.CreateContinueAsNewException((Continuing next) => next.RunAsync(left - 1));
    }

    [Fact]
    public async Task FailedTask_OnFurtherAttempts_IsNotReportedAgain()
    {
        var reported = 0;
        var tasks = 0;
        var enough = new TaskCompletionSource();
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = async call =>
        {
            if (call.Method == "RespondWorkflowTaskFailed")
            {
                Interlocked.Increment(ref reported);
            }

            if (call.Method != "PollWorkflowTaskQueue")
            {
                await call.PassAsync();
                return;
            }

            var answer = await call.ForwardAsync();
            await call.AnswerAsync(answer);
            var task = answer.Succeeded ? answer.Message(Temporalio.Api.WorkflowService.V1.PollWorkflowTaskQueueResponse.Parser) : null;
            if (task?.TaskToken.IsEmpty == false && Interlocked.Increment(ref tasks) == Delivered)
            {
                enough.SetResult();
            }
        };
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        await server.WithWorkerAsync(
            async queue =>
            {
                var options = TestServer.Start(queue);
                options.TaskTimeout = TimeSpan.FromSeconds(1);
                var handle = await client.StartWorkflowAsync((AlwaysFailing workflow) => workflow.RunAsync(), options);
                await enough.Task.WaitAsync(TimeSpan.FromMinutes(2));
                await handle.TerminateAsync();
            },
            options => options.AddWorkflow<AlwaysFailing>(),
            client
        );

        Assert.Equal(1, reported);
    }

    [Fact]
    public async Task ContinueAsNew_WithoutAWordOnRetries_KeepsThePolicy() =>
        await server.WithWorkerAsync(
            async queue =>
            {
                var options = TestServer.Start(queue);
                options.RetryPolicy = new RetryPolicy { MaximumAttempts = 7 };
                Assert.Equal(7, await server.Client.ExecuteWorkflowAsync((Continuing workflow) => workflow.RunAsync(2), options));
            },
            options => options.AddWorkflow<Continuing>()
        );

    [Fact]
    public async Task SearchAttributes_OfEveryType_AreWrittenAsAServerReadsThem()
    {
        var text = "a+b&c<d>'é\"";
        var attributes = new SearchAttributeCollection.Builder()
            .Set(SearchAttributeKey.CreateDateTimeOffset("time"), new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)))
            .Set(SearchAttributeKey.CreateText("text"), text)
            .Set(SearchAttributeKey.CreateKeyword("keyword"), text)
            .Set(SearchAttributeKey.CreateKeywordList("list"), new[] { text })
            .ToSearchAttributeCollection();

        // Nothing is escaped but what JSON asks for.
        Assert.All(
            attributes.ToProto().IndexedFields.Values,
            payload => Assert.DoesNotContain("\\u", payload.Data.ToStringUtf8(), StringComparison.Ordinal)
        );
        await server.WithWorkerAsync(
            async queue =>
            {
                var options = TestServer.Start(queue);
                options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
                    .Set(
                        SearchAttributeKey.CreateDateTimeOffset("TemporalScheduledStartTime"),
                        new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.FromHours(2))
                    )
                    .ToSearchAttributeCollection();
                var handle = await server.Client.StartWorkflowAsync((Continuing workflow) => workflow.RunAsync(0), options);
                await handle.GetResultAsync();
                Assert.Equal(WorkflowExecutionStatus.Completed, (await handle.DescribeAsync()).Status);
            },
            options => options.AddWorkflow<Continuing>()
        );
    }
}
