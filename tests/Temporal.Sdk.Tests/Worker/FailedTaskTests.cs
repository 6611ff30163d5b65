using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;
using Payload = Temporalio.Api.Common.V1.Payload;

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

    [Workflow]
    public class Refused
    {
        [WorkflowRun]
        public Task RunAsync() =>
            Workflow.ExecuteActivityAsync("any", [], new() { TaskQueue = "", StartToCloseTimeout = TimeSpan.FromMinutes(1) });
    }

    [Workflow]
    public class Unspeakable
    {
        private bool _isEnding;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _isEnding);
            return SilencedCodec.Word;
        }

        [WorkflowSignal]
        public Task EndAsync()
        {
            _isEnding = true;
            return Task.CompletedTask;
        }

        [WorkflowQuery]
        public string Word() => SilencedCodec.Word;
    }

    /// <summary>There is one word that it cannot encode.</summary>
    private sealed class SilencedCodec : IPayloadCodec
    {
        public const string Word = "unspeakable";

        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
            payloads.Any(p => p.Data.ToStringUtf8().Contains(Word, StringComparison.Ordinal))
                ? throw new InvalidOperationException("The key is gone.")
                : Task.FromResult(payloads);

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) => Task.FromResult(payloads);
    }

    [Fact]
    public async Task Commands_ThatTheServerRefuses_FailTheTaskWithItsReason() =>
        await server.WithWorkerAsync(
            async queue =>
            {
                var handle = await server.Client.StartWorkflowAsync((Refused workflow) => workflow.RunAsync(), TestServer.Start(queue));

                var failed = await FailureAsync(handle);

                Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, failed.Cause);
                Assert.StartsWith("The server refused the commands of this workflow task: ", failed.Failure.Message);
                Assert.Contains("missing task queue name", failed.Failure.Message, StringComparison.Ordinal);
                await handle.TerminateAsync();
            },
            options => options.AddWorkflow<Refused>()
        );

    [Fact]
    public async Task Answers_ThatCannotBeEncoded_FailQueryAndTask()
    {
        var connected = server.Options();
        connected.DataConverter = DataConverter.Default with { PayloadCodec = new SilencedCodec() };
        var client = await TemporalClient.ConnectAsync(connected);
        await server.WithWorkerAsync(
            async queue =>
            {
                var handle = await client.StartWorkflowAsync((Unspeakable workflow) => workflow.RunAsync(), TestServer.Start(queue));

                var refused = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(w => w.Word()));
                await handle.SignalAsync(w => w.EndAsync());
                var failed = await FailureAsync(handle);

                Assert.Contains("The key is gone.", refused.Message, StringComparison.Ordinal);
                Assert.Equal("The worker could not work on this task: The key is gone.", failed.Failure.Message);
                await handle.TerminateAsync();
            },
            options => options.AddWorkflow<Unspeakable>(),
            client
        );
    }

    /// <summary>The first failure of a workflow task, as soon as there is one.</summary>
    private static async Task<WorkflowTaskFailedEventAttributes> FailureAsync(WorkflowHandle handle)
    {
        for (var limit = Eventually.Timeout(); ; await Task.Delay(50, limit))
        {
            var events = (await handle.FetchHistoryAsync()).Events;
            if (events.FirstOrDefault(e => e.WorkflowTaskFailedEventAttributes is not null) is { } failed)
            {
                return failed.WorkflowTaskFailedEventAttributes;
            }
        }
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
