using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Orchestrator.Temporal.Sdk.Tests.Common;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

/// <summary>
/// Values that are large are warned of; those that are too large for the server fail the task that made them, not the workflow.
/// </summary>
public sealed class PayloadLimitsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public void Fields_OfRequests_AreFoundWhereverTheyStand()
    {
        var command = new Command
        {
            StartChildWorkflowExecutionCommandAttributes = new()
            {
                Input = Of(10),
                Memo = new() { Fields = { ["note"] = One(20) } },
                SearchAttributes = new() { IndexedFields = { ["k"] = One(99) } },
            },
            UserMetadata = new() { Summary = One(30) },
        };
        var update = new Response { Outcome = new() { Success = Of(40) } };
        var completed = new RespondWorkflowTaskCompletedRequest
        {
            Commands =
            {
                new Command { CancelTimerCommandAttributes = new() },
                command,
            },
            Messages =
            {
                new Temporalio.Api.Protocol.V1.Message
                {
                    Body = new Any { TypeUrl = "type.googleapis.com/temporal.api.update.v1.Response", Value = update.ToByteString() },
                },
            },
            QueryResults = { ["q"] = new() { Answer = Of(50) } },
        };

        Assert.Equal(
            [
                ("commands[1].start_child_workflow_execution_command_attributes.input", Of(10).CalculateSize()),
                ("commands[1].user_metadata.summary", One(30).CalculateSize()),
                ("messages[0].body.outcome.success", Of(40).CalculateSize()),
                ("query_results[q].answer", Of(50).CalculateSize()),
            ],
            PayloadFields.Values(completed).Select(field => (field.Path, field.Size)).Order()
        );
        Assert.Equal(["commands[1]"], PayloadFields.Memos(completed).Select(field => field.Path));
        Assert.Equal(["memo"], PayloadFields.Memos(new StartWorkflowExecutionRequest { Memo = new() }).Select(field => field.Path));
        Assert.Equal(
            ["memo", "schedule.action.start_workflow.memo"],
            PayloadFields
                .Memos(
                    new CreateScheduleRequest
                    {
                        Memo = new(),
                        Schedule = new() { Action = new() { StartWorkflow = new() { Memo = new() } } },
                    }
                )
                .Select(field => field.Path)
        );
    }

    [Theory]
    [InlineData(512 * 1024, 2048, 0, 1)]
    [InlineData(2000, 0, 1, 0)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(2000, 1000, 1, 1)]
    public async Task Client_SendsMoreThanTheOptionsSay_Warns(int payloads, int memo, int ofInput, int ofMemo)
    {
        using var log = new Lines();
        var options = server.Options();
        options.LoggerFactory = log;
        options.PayloadLimits = new() { PayloadsWarnSize = payloads, MemoWarnSize = memo };
        var client = await TemporalClient.ConnectAsync(options);
        var start = TestServer.Start($"nobody-{Guid.NewGuid()}");
        start.Memo = new Dictionary<string, object> { ["note"] = new string('m', 3000) };

        await client.StartWorkflowAsync("None", [new string('i', 3000)], start);

        Assert.Equal(
            ofInput,
            log.All.Count(line =>
                line.Contains(
                    "[TMPRL1103] Attempted to upload payloads with size that exceeded the warning limit.",
                    StringComparison.Ordinal
                ) && line.Contains(" in input, more than 2000", StringComparison.Ordinal)
            )
        );
        Assert.Equal(
            ofMemo,
            log.All.Count(line =>
                line.Contains("[TMPRL1103]", StringComparison.Ordinal) && line.Contains(" in memo, more than", StringComparison.Ordinal)
            )
        );
        Assert.Equal(ofInput + ofMemo, log.All.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Worker_OfAServerWithLimits_FailsTasksInsteadOfSendingMore(bool heartbeat) =>
        RunAsync(
            sendAll: false,
            async queue =>
            {
                // A task that fails again is not answered: its time limit, which is short here, brings the next attempt.
                var start = TestServer.Start(queue);
                start.TaskTimeout = TimeSpan.FromSeconds(2);
                var handle = await server.Client.StartWorkflowAsync((LargeWorkflow workflow) => workflow.RunAsync(2000, heartbeat), start);
                var refused = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() =>
                    handle.QueryAsync(workflow => workflow.Ask(2000))
                );
                Assert.Contains(
                    "[TMPRL1103] Attempted to upload payloads with size that exceeded the error limit.",
                    refused.Message,
                    StringComparison.Ordinal
                );
                Assert.Equal(100, (await handle.QueryAsync(workflow => workflow.Ask(100))).Length);

                await handle.SignalAsync(workflow => workflow.EndAsync(2000));
                var failed = (await FailedTaskAsync(handle)).WorkflowTaskFailedEventAttributes;
                Assert.Equal(WorkflowTaskFailedCause.PayloadsTooLarge, failed.Cause);
                Assert.Contains(
                    "commands[0].complete_workflow_execution_command_attributes.result",
                    failed.Failure.Message,
                    StringComparison.Ordinal
                );

                // The workflow was not failed for it: what sends less goes through.
                await handle.SignalAsync(workflow => workflow.EndAsync(1));
                var outcome = await handle.GetResultAsync().WaitAsync(Eventually.Limit);
                Assert.Contains("[TMPRL1103]", outcome, StringComparison.Ordinal);
                Assert.Contains(
                    heartbeat
                        ? "RecordActivityTaskHeartbeat is not sent: details has"
                        : "RespondActivityTaskCompleted is not sent: result has",
                    outcome,
                    StringComparison.Ordinal
                );
            }
        );

    [Fact]
    public async Task Worker_OfAServerWithLimits_AnswersAQueryThatCameWithATask()
    {
        var queue = $"limited-{Guid.NewGuid()}";
        var handle = await server.Client.StartWorkflowAsync(
            (LargeWorkflow workflow) => workflow.RunAsync(1, false),
            TestServer.Start(queue)
        );
        var query = handle.QueryAsync(workflow => workflow.Ask(2000));
        await RunAsync(
            sendAll: false,
            async _ =>
                Assert.Contains(
                    "TMPRL1103",
                    (await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => query)).Message,
                    StringComparison.Ordinal
                ),
            queue
        );
        Assert.DoesNotContain((await handle.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Worker_WhoseAnswerIsTooLargeForAMessage_FailsTheQueryThatCameWithATask()
    {
        var queue = $"limited-{Guid.NewGuid()}";
        var handle = await server.Client.StartWorkflowAsync(
            (LargeWorkflow workflow) => workflow.RunAsync(1, false),
            TestServer.Start(queue)
        );
        var query = handle.QueryAsync(workflow => workflow.Ask(5_000_000));
        await RunAsync(
            sendAll: true,
            async _ =>
                Assert.Contains(
                    "too large",
                    (await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => query)).Message,
                    StringComparison.Ordinal
                ),
            queue
        );
        Assert.DoesNotContain((await handle.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
        await handle.TerminateAsync();
    }

    [Fact]
    public Task Worker_ThatIsToSendAll_SendsAll() =>
        RunAsync(
            sendAll: true,
            async queue =>
            {
                var handle = await server.Client.StartWorkflowAsync(
                    (LargeWorkflow workflow) => workflow.RunAsync(2000, false),
                    TestServer.Start(queue)
                );
                Assert.Equal(2000, (await handle.QueryAsync(workflow => workflow.Ask(2000))).Length);
                await handle.SignalAsync(workflow => workflow.EndAsync(2000));
                Assert.Equal(2000, (await handle.GetResultAsync().WaitAsync(Eventually.Limit)).Length);
            }
        );

    private static async Task<HistoryEvent> FailedTaskAsync(WorkflowHandle handle)
    {
        while (true)
        {
            if ((await handle.FetchHistoryAsync()).Events.FirstOrDefault(e => e.EventType == EventType.WorkflowTaskFailed) is { } failed)
            {
                return failed;
            }

            await Task.Delay(20, Eventually.Timeout());
        }
    }

    private static async Task LimitAsync(ProxiedCall call)
    {
        if (call.Method != "DescribeNamespace")
        {
            await call.PassAsync();
            return;
        }

        var answer = await call.ForwardAsync();
        var description = answer.Message(DescribeNamespaceResponse.Parser);
        description.NamespaceInfo.Limits = new() { BlobSizeLimitError = 1000, MemoSizeLimitError = 500 };
        await call.AnswerAsync(answer.With(description));
    }

    private async Task RunAsync(bool sendAll, Func<string, Task> act, string? queue = null)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = LimitAsync;
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        queue ??= $"limited-{Guid.NewGuid()}";
        await TestServer.RunAsync(
            client,
            queue,
            () => act(queue),
            options =>
            {
                options.DisablePayloadErrorLimit = sendAll;
                options.AddWorkflow<LargeWorkflow>().AddAllActivities(typeof(LargeWorkflow), null);
            }
        );
    }

    private static Payload One(int size) => new() { Data = ByteString.CopyFrom(new byte[size]) };

    private static Payloads Of(int size) => new() { Payloads_ = { One(size) } };
}
