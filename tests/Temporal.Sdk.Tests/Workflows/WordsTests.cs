using Orchestrator.Temporal.Sdk.Tests.Common;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>
/// The key phrases of the official SDK, by which people find an error and programs tell it from others. Whole sentences are ours.
/// </summary>
public sealed class WordsTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Theory]
    [InlineData("negative timer", "duration cannot be less than 0")]
    [InlineData("untraced command", "Function during tracing event listener disabling created workflow commands")]
    [InlineData("Task.Delay", "non-deterministic")]
    [InlineData("Task.Run", "not scheduled on workflow scheduler")]
    [InlineData("block", "deadlocked")]
    [InlineData("no local activity", "Activity Nowhere is not registered on this worker, available activities: Named, Two")]
    public async Task Task_Fails_WithTheWordsOfTheOfficialSdk(string scenario, string words) =>
        await WithWorkflowAsync(
            scenario,
            async handle => Assert.Contains(words, (await Histories.TaskFailureAsync(handle)).Message, StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("no activity", "not registered on this worker, available activities: Named, Two")]
    [InlineData("too few", "Activity Two given 1 parameter(s), but more than that are required by the signature")]
    [InlineData("wrong type", "Failed decoding parameters")]
    [InlineData("cancelled activity", "cancelled before scheduled")]
    [InlineData("cancelled local activity", "cancelled before scheduled")]
    [InlineData("cancelled child", "cancelled before scheduled")]
    [InlineData("child twice", "already started")]
    public async Task Workflow_Fails_WithTheWordsOfTheOfficialSdk(string scenario, string words) =>
        await WithWorkflowAsync(
            scenario,
            async handle =>
            {
                var error = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

                Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
                if (scenario == "child twice")
                {
                    Assert.IsType<FailureException>(error.InnerException);
                }
            }
        );

    [Fact]
    public async Task Query_ThatIsNotThereOrActs_IsRefusedInTheWordsOfTheOfficialSdk() =>
        await WithWorkflowAsync(
            "wait",
            async handle =>
            {
                var missing = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("nowhere", []));
                var acting = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(w => w.Acting()));
                var few = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("a-name", []));
                var traces = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("__stack_trace", []));
                var method = await Assert.ThrowsAsync<ArgumentException>(() => handle.QueryAsync<Func<string>>(w => w.Acting));

                Assert.Contains("known queries: [a-name Acting Answer]", missing.Message, StringComparison.Ordinal);
                Assert.Contains("created workflow commands", acting.Message, StringComparison.Ordinal);
                Assert.Contains("given 0 parameter(s)", few.Message, StringComparison.Ordinal);
                Assert.Contains("stack traces are not enabled", traces.Message, StringComparison.Ordinal);
                Assert.Contains("must be a single method call or property access", method.Message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public async Task Update_ThatDoesNotFit_IsRejectedInTheWordsOfTheOfficialSdk() =>
        await WithWorkflowAsync(
            "wait",
            async handle =>
            {
                var wrong = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync("Update", [123]));
                var few = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync("Update", []));

                Assert.Contains("failure decoding parameters", wrong.InnerException!.Message, StringComparison.Ordinal);
                Assert.Contains("given 0 parameter(s)", few.InnerException!.Message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public async Task Validator_ThatActs_FailsTheTask() =>
        await WithWorkflowAsync(
            "wait",
            async handle =>
            {
                _ = handle.ExecuteUpdateAsync(w => w.CheckedAsync());

                var (_, message) = await Histories.TaskFailureAsync(handle);

                Assert.Contains("Update validator for Checked created workflow commands", message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public async Task StackTrace_OfFourWaits_BeginsWithWhatIsWaitedForInOrder() =>
        await WithWorkflowAsync(
            "four waits",
            async handle =>
            {
                // The child has started, and its result is waited for.
                await Histories.UntilAsync(handle, e => e.ChildWorkflowExecutionStartedEventAttributes is not null);

                var traces = (await handle.QueryAsync<string>("__stack_trace", [])).Split("\n\n");

                Assert.Collection(
                    traces,
                    trace => AssertWaits("DelayAsync", trace),
                    trace => AssertWaits("ExecuteActivityAsync", trace),
                    trace => AssertWaits("StartChildWorkflowAsync", trace),
                    trace => AssertWaits("WaitConditionAsync", trace)
                );
            },
            options => options.WorkflowStackTrace = WorkflowStackTrace.Normal
        );

    [Fact]
    public void Worker_WithTwoOfOneName_IsRefusedWithTheName()
    {
        var activities = Assert.Throws<ArgumentException>(() =>
            new TemporalWorker(
                server.Client,
                new TemporalWorkerOptions("words").AddActivity(WordsWorkflow.Named).AddActivity(WordsWorkflow.Named)
            )
        );
        var workflows = Assert.Throws<ArgumentException>(() =>
            new TemporalWorker(server.Client, new TemporalWorkerOptions("words").AddWorkflow<WordsWorkflow>().AddWorkflow<WordsWorkflow>())
        );

        Assert.Equal("Duplicate activity named Named", activities.Message);
        Assert.Equal("Duplicate workflow named WordsWorkflow", workflows.Message);
    }

    [Fact]
    public async Task Worker_ForANamespaceThatIsNotThere_SaysThatItsValidationFailed()
    {
        var options = (TemporalClientOptions)server.Client.Options.Clone();
        options.Namespace = "does-not-exist";
        using var worker = new TemporalWorker(
            new TemporalClient(server.Client.Connection, options),
            new TemporalWorkerOptions("words").AddWorkflow<WordsWorkflow>()
        );

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => worker.ExecuteAsync(() => Task.Delay(Timeout.Infinite)));

        Assert.Contains("Worker validation failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_ThatIsNoCallOnItsParameter_IsRefusedWithWhatIsMissing()
    {
        Refused(
            "must be a single method call",
            () => ExpressionCalls.ReadCall((System.Linq.Expressions.Expression<Func<string>>)(() => "word"))
        );
        Refused(
            "must not have a lambda parameter",
            () => ExpressionCalls.ReadCall((System.Linq.Expressions.Expression<Func<WordsWorkflow, string>>)(w => WordsWorkflow.Named()))
        );
        Refused(
            "must have a single lambda parameter",
            () => ExpressionCalls.ReadCall((System.Linq.Expressions.Expression<Func<string>>)(() => new WordsWorkflow().Acting()))
        );

        static void Refused(string words, Action read) =>
            Assert.Contains(words, Assert.Throws<ArgumentException>(read).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("end", 1)]
    [InlineData("fail", 0)]
    public async Task Handler_ThatStillRunsAtTheEnd_IsWarnedOfUnlessTheWorkflowFails(string scenario, int warnings)
    {
        using var log = new Lines();
        await WithWorkflowAsync(
            scenario,
            async handle =>
            {
                await handle.SignalAsync(w => w.EndAsync());
                await Histories.UntilAsync(
                    handle,
                    e => e.WorkflowExecutionCompletedEventAttributes is not null || e.WorkflowExecutionFailedEventAttributes is not null
                );
            },
            options => options.LoggerFactory = log
        );

        Assert.Equal(warnings, log.All.Count(line => line.Contains("handlers are still running", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Structure_AsWorkflow_Runs() =>
        await server.WithWorkerAsync<StructureWorkflow>(async queue =>
            Assert.Equal(
                "ran",
                await server.Client.ExecuteWorkflowAsync((StructureWorkflow w) => w.RunAsync(), new($"words-{Guid.NewGuid():N}", queue))
            )
        );

    private static void AssertWaits(string member, string trace) =>
        Assert.StartsWith($"Task waiting at:\n   at Temporalio.Workflows.Workflow.{member}", trace, StringComparison.Ordinal);

    private async Task WithWorkflowAsync(
        string scenario,
        Func<WorkflowHandle<WordsWorkflow, string>, Task> body,
        Action<TemporalWorkerOptions>? configure = null
    ) =>
        await server.WithWorkerAsync<WordsWorkflow>(
            async queue =>
            {
                var handle = await server.Client.StartWorkflowAsync(
                    (WordsWorkflow w) => w.RunAsync(scenario),
                    new($"words-{Guid.NewGuid():N}", queue)
                );
                await body(handle);
                if ((await handle.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
                {
                    await handle.TerminateAsync("end of test");
                }
            },
            options =>
            {
                options.AddActivity(WordsWorkflow.Named).AddActivity(WordsWorkflow.Two);
                configure?.Invoke(options);
            }
        );

    [Workflow]
    public readonly record struct StructureWorkflow
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Task.FromResult("ran");
    }
}
