using System.Collections.Concurrent;
using Google.Protobuf;
using Orchestrator.TestKit;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Client;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class CodecAndInterceptorTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>Turns every byte round: nothing readable is left on the server.</summary>
    private sealed class TurningCodec : IPayloadCodec
    {
        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Task.FromResult<IReadOnlyCollection<Payload>>([
                .. payloads.Select(payload => new Payload
                {
                    Metadata = { ["encoding"] = ByteString.CopyFromUtf8("turned") },
                    Data = Turned(payload.ToByteArray()),
                }),
            ]);

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Task.FromResult<IReadOnlyCollection<Payload>>([
                .. payloads.Select(payload =>
                    payload.Metadata["encoding"].ToStringUtf8() == "turned"
                        ? Payload.Parser.ParseFrom(Turned(payload.Data.ToByteArray()))
                        : payload
                ),
            ]);

        private static ByteString Turned(byte[] bytes) => ByteString.CopyFrom([.. bytes.Select(one => (byte)~one)]);
    }

    [Fact]
    public async Task Codec_OnClientAndWorker_LeavesNothingReadable()
    {
        var options = server.Options();
        options.DataConverter = new(
            new DefaultPayloadConverter(),
            new DefaultFailureConverter.WithEncodedCommonAttributes(),
            new TurningCodec()
        );
        var client = await TemporalClient.ConnectAsync(options);
        await server.WithWorkerAsync(
            async queue =>
            {
                var start = TestServer.Start(queue);
                start.Memo = new Dictionary<string, object> { ["memo"] = "secret memo" };
                start.StaticSummary = "secret summary";
                var handle = await client.StartWorkflowAsync((CounterWorkflow workflow) => workflow.RunAsync(40), start);
                await handle.SignalAsync(workflow => workflow.AddAsync(2));
                Assert.Equal(42, await handle.ExecuteUpdateAsync(workflow => workflow.SetAsync(43)));
                var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                    handle.ExecuteUpdateAsync(workflow => workflow.SetAsync(13))
                );
                Assert.Equal("unlucky", failed.InnerException!.Message);
                Assert.Equal("n=43", await handle.QueryAsync(workflow => workflow.Describe("n=")));
                var description = await handle.DescribeAsync();
                Assert.Equal("secret memo", await description.Memo["memo"].ToValueAsync<string>());
                Assert.Equal("secret summary", await description.GetStaticSummaryAsync());

                var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                    client.ExecuteWorkflowAsync(
                        (ActivityCallingWorkflow workflow) => workflow.RunAsync("Leak", TimeSpan.FromMinutes(1), null, 1),
                        TestServer.Start(queue)
                    )
                );
                Assert.Equal("secret failure", ended.InnerException!.InnerException!.Message);

                await handle.SignalAsync(workflow => workflow.FinishAsync());
                Assert.Equal(43, await handle.GetResultAsync());
                var json = (await handle.FetchHistoryAsync()).ToJson();
                Assert.DoesNotContain("secret", json, StringComparison.Ordinal);
                Assert.DoesNotContain("unlucky", json, StringComparison.Ordinal);
                Assert.DoesNotContain("json/plain", json, StringComparison.Ordinal);
            },
            worker =>
                worker
                    .AddWorkflow<CounterWorkflow>()
                    .AddWorkflow<ActivityCallingWorkflow>()
                    .AddActivity(
                        ActivityDefinition.Create(
                            "Leak",
                            typeof(string),
                            [],
                            0,
                            _ => throw new ApplicationFailureException("secret failure", details: ["secret detail"])
                        )
                    ),
            client
        );
    }

    /// <summary>Refuses what was encoded for something else.</summary>
    private sealed class ContextCodec(string context) : IPayloadCodec, IWithSerializationContext<IPayloadCodec>
    {
        public IPayloadCodec WithSerializationContext(ISerializationContext context) =>
            new ContextCodec(
                context switch
                {
                    ISerializationContext.Activity activity => $"{activity.WorkflowId}/{activity.WorkflowType}/{activity.ActivityId}/"
                        + $"{activity.ActivityType}/{activity.ActivityTaskQueue}/{activity.IsLocal}",
                    ISerializationContext.Workflow workflow => workflow.WorkflowId,
                    _ => throw new ArgumentOutOfRangeException(nameof(context)),
                }
            );

        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Task.FromResult<IReadOnlyCollection<Payload>>([
                .. payloads.Select(payload => new Payload
                {
                    Metadata = { ["encoding"] = ByteString.CopyFromUtf8(context) },
                    Data = payload.ToByteString(),
                }),
            ]);

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads)
        {
            foreach (var payload in payloads)
            {
                Assert.Equal(context, payload.Metadata["encoding"].ToStringUtf8());
            }

            return Task.FromResult<IReadOnlyCollection<Payload>>([.. payloads.Select(payload => Payload.Parser.ParseFrom(payload.Data))]);
        }
    }

    [Workflow]
    public class ContextsWorkflow
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string said)
        {
            if (said.Length > 5)
            {
                return said;
            }

            var normal = await Workflow.ExecuteActivityAsync<string>(
                "Echo",
                [said],
                new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) }
            );
            var local = await Workflow.ExecuteLocalActivityAsync<string>(
                "Echo",
                [normal],
                new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) }
            );
            try
            {
                await Workflow.ExecuteActivityAsync("Leak", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
            }
            catch (ActivityFailureException failure)
            {
                local += ((ApplicationFailureException)failure.InnerException!).Details.ElementAt<string>(0);
            }

            return await Workflow.ExecuteChildWorkflowAsync((ContextsWorkflow child) => child.RunAsync(local));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Codec_WithContexts_MeetsTheSameOnBothSides(int cachedRuns)
    {
        var options = server.Options();
        options.DataConverter = DataConverter.Default with { PayloadCodec = new ContextCodec("none") };
        var client = await TemporalClient.ConnectAsync(options);
        await server.WithWorkerAsync(
            async queue =>
            {
                var handle = await client.StartWorkflowAsync(
                    (ContextsWorkflow workflow) => workflow.RunAsync("hi"),
                    TestServer.Start(queue)
                );
                Assert.Equal("hi, hi, secret detail", await handle.GetResultAsync().WaitAsync(Eventually.Limit));
                var replayer = new WorkflowReplayer(
                    new WorkflowReplayerOptions { DataConverter = options.DataConverter }.AddWorkflow<ContextsWorkflow>()
                );
                await replayer.ReplayWorkflowAsync(await handle.FetchHistoryAsync());
            },
            worker =>
            {
                worker.MaxCachedWorkflows = cachedRuns;
                worker
                    .AddWorkflow<ContextsWorkflow>()
                    .AddActivity(
                        ActivityDefinition.Create(
                            "Echo",
                            typeof(string),
                            [typeof(string)],
                            1,
                            values => $"{values[0]}{(values[0] is "hi" ? ", hi" : ", ")}"
                        )
                    )
                    .AddActivity(
                        ActivityDefinition.Create(
                            "Leak",
                            typeof(string),
                            [],
                            0,
                            _ => throw new ApplicationFailureException("failure", nonRetryable: true, details: ["secret detail"])
                        )
                    );
            },
            client
        );
    }

    [Fact]
    public async Task Interceptors_OnClientAndWorker_SeeCallsAndCarryHeaders()
    {
        var seen = new ConcurrentQueue<string>();
        var options = server.Options();
        options.Interceptors = [new Recorder(seen)];
        var client = await TemporalClient.ConnectAsync(options);
        await server.WithWorkerAsync(
            async queue =>
            {
                var handle = await client.StartWorkflowAsync(
                    (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(1), null, 1),
                    TestServer.Start(queue)
                );
                Assert.Equal("worked", await handle.GetResultAsync());
            },
            worker =>
                worker
                    .AddWorkflow<ActivityCallingWorkflow>()
                    .AddActivity(
                        ActivityDefinition.Create(
                            "Work",
                            typeof(string),
                            [],
                            0,
                            _ =>
                            {
                                ActivityExecutionContext.Current.Heartbeat("beat");
                                return "worked";
                            }
                        )
                    ),
            client
        );
        Assert.Equal(
            ["start ActivityCallingWorkflow", "workflow", "activity Work", "heartbeat beat"],
            seen.Where(line => line != "history").Distinct()
        );
    }

    private sealed class Recorder(ConcurrentQueue<string> seen) : IClientInterceptor, IWorkerInterceptor
    {
        public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) =>
            new ClientCalls(nextInterceptor, seen);

        public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
            new WorkflowCalls(nextInterceptor, seen);

        public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
            new ActivityCalls(nextInterceptor, seen);
    }

    private sealed class ClientCalls(ClientOutboundInterceptor next, ConcurrentQueue<string> seen) : ClientOutboundInterceptor(next)
    {
        public override Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(StartWorkflowInput input)
        {
            seen.Enqueue($"start {input.Workflow}");
            var headers = new Dictionary<string, Payload> { ["who"] = DataConverter.Default.PayloadConverter.ToPayload("me") };
            return base.StartWorkflowAsync<TWorkflow, TResult>(input with { Headers = headers });
        }

        public override Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(FetchWorkflowHistoryEventPageInput input)
        {
            seen.Enqueue("history");
            return base.FetchWorkflowHistoryEventPageAsync(input);
        }
    }

    private sealed class WorkflowCalls(WorkflowInboundInterceptor next, ConcurrentQueue<string> seen) : WorkflowInboundInterceptor(next)
    {
        public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
        {
            Assert.Equal(
                "me",
                Temporalio.Workflows.Workflow.PayloadConverter.ToValue<string>(Temporalio.Workflows.Workflow.Info.Headers!["who"])
            );
            seen.Enqueue("workflow");
            return base.ExecuteWorkflowAsync(input);
        }
    }

    private sealed class ActivityCalls(ActivityInboundInterceptor next, ConcurrentQueue<string> seen) : ActivityInboundInterceptor(next)
    {
        public override void Init(ActivityOutboundInterceptor outbound) => base.Init(new Beats(outbound, seen));

        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            seen.Enqueue($"activity {input.Activity.Name}");
            return base.ExecuteActivityAsync(input);
        }
    }

    private sealed class Beats(ActivityOutboundInterceptor next, ConcurrentQueue<string> seen) : ActivityOutboundInterceptor(next)
    {
        public override void Heartbeat(HeartbeatInput input)
        {
            seen.Enqueue($"heartbeat {input.Details[0]}");
            base.Heartbeat(input);
        }
    }
}
