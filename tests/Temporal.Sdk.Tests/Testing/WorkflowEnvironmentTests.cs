using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Testing;

/// <summary>Servers for tests.</summary>
public sealed class WorkflowEnvironmentTests
{
    [Fact]
    public async Task StartTimeSkipping_WorkflowOfAWeek_EndsAtOnceAndTimeHasPassed()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync();
        var before = await environment.GetCurrentTimeAsync();

        var slept = await RunAsync(environment, TimeSpan.FromDays(7)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(environment.SupportsTimeSkipping);
        Assert.True(slept >= TimeSpan.FromDays(7));
        Assert.True(await environment.GetCurrentTimeAsync() - before >= TimeSpan.FromDays(7));
    }

    [Theory]
    [InlineData("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20")]
    [InlineData("--dynamic-config-value=limit.historyCount.suggestContinueAsNew=20")]
    public async Task StartLocal_ArgumentSaysWhenToSuggestContinueAsNew_IsSuggestedThen(params string[] arguments)
    {
        await using var environment = await WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExtraArgs = arguments } }
        );
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid():N}").AddWorkflow<CountingWorkflow>();
        using var worker = new TemporalWorker(environment.Client, options);

        var length = await worker
            .ExecuteAsync(() =>
                environment.Client.ExecuteWorkflowAsync(
                    (CountingWorkflow w) => w.RunAsync(),
                    new($"counting-{Guid.NewGuid():N}", options.TaskQueue!)
                )
            )
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(length, 20, 26);
    }

    [Fact]
    public async Task StartLocal_ArgumentsLimitBlobs_LargerOnesAreRefusedOrEndTheRun()
    {
        await using var environment = await StartLimitedAsync("limit.blobSize.error=10000", "limit.blobSize.warn=2000");

        Assert.Equal(9_000, await EchoAsync(environment, 100, 9_000));
        var refused = await Assert.ThrowsAsync<RpcException>(() => EchoAsync(environment, 11_000, 1));
        Assert.Equal((RpcException.StatusCode.InvalidArgument, "Blob data size exceeds limit."), (refused.Code, refused.Message));
        var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() => EchoAsync(environment, 100, 11_000));
        Assert.Contains(
            "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.",
            Assert.IsType<TerminatedFailureException>(ended.InnerException).Message
        );
    }

    /// <summary>As with the program: what is not even warned of, up to 512 KB unless it is said, is never refused.</summary>
    [Fact]
    public async Task StartLocal_ArgumentsLimitBlobsAndDoNotSayWhatToWarnOf_SmallerOnesThanAreWarnedOfAreAllowed()
    {
        await using var environment = await StartLimitedAsync("limit.blobSize.error=10000");

        Assert.Equal(500_000, await EchoAsync(environment, 11_000, 500_000));
        await Assert.ThrowsAsync<RpcException>(() => EchoAsync(environment, 525_000, 1));
    }

    [Fact]
    public async Task Delay_WithTimeSkipping_MovesTheServersTime()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync();
        var before = await environment.GetCurrentTimeAsync();

        await environment.DelayAsync(TimeSpan.FromHours(5)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(await environment.GetCurrentTimeAsync() - before >= TimeSpan.FromHours(5));
    }

    [Fact]
    public async Task Delay_InAnActivity_PassesWhileTheResultIsWaitedFor()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync();
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid():N}").AddWorkflow<CallingWorkflow>();
        options.AddActivity(
            Temporalio.Activities.ActivityDefinition.Create(
                "Delay",
                typeof(Task),
                [],
                0,
                _ => environment.DelayAsync(TimeSpan.FromHours(2))
            )
        );
        using var worker = new TemporalWorker(environment.Client, options);

        var took = await worker
            .ExecuteAsync(() =>
                environment.Client.ExecuteWorkflowAsync(
                    (CallingWorkflow w) => w.RunAsync(),
                    new($"calling-{Guid.NewGuid():N}", options.TaskQueue!)
                )
            )
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(took, TimeSpan.FromHours(2), TimeSpan.FromHours(2.2));
    }

    [Fact]
    public async Task Results_WaitedForAtTheSameTime_SkipUntilTheLast()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync();

        var slept = await Task.WhenAll(Enumerable.Range(1, 5).Select(day => RunAsync(environment, TimeSpan.FromDays(day))))
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.All(
            slept.Select((length, index) => length - TimeSpan.FromDays(index + 1)),
            over => Assert.InRange(over, TimeSpan.Zero, TimeSpan.FromHours(1))
        );
    }

    [Fact]
    public async Task StartLocal_SearchAttributes_AreKnown()
    {
        var key = SearchAttributeKey.CreateKeyword("Colour");
        await using var environment = await WorkflowEnvironment.StartLocalAsync(new() { SearchAttributes = [key] });

        var attributes = await environment.Client.OperatorService.ListSearchAttributesAsync(new() { Namespace = "default" });

        Assert.False(environment.SupportsTimeSkipping);
        Assert.Equal(IndexedValueType.Keyword, attributes.CustomAttributes["Colour"]);
        Assert.True(await RunAsync(environment, TimeSpan.FromMilliseconds(5)) > TimeSpan.Zero);
    }

    private static async Task<TimeSpan> RunAsync(WorkflowEnvironment environment, TimeSpan length)
    {
        using var worker = new TemporalWorker(
            environment.Client,
            new TemporalWorkerOptions($"queue-{Guid.NewGuid():N}").AddWorkflow<SleepingWorkflow>()
        );
        return await worker.ExecuteAsync(async () =>
        {
            var handle = await environment.Client.StartWorkflowAsync(
                (SleepingWorkflow w) => w.RunAsync(length),
                new($"sleep-{Guid.NewGuid():N}", worker.Options.TaskQueue!)
            );
            return await handle.GetResultAsync();
        });
    }

    private static Task<WorkflowEnvironment> StartLimitedAsync(params string[] values) =>
        WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExtraArgs = [.. values.SelectMany(value => new[] { "--dynamic-config-value", value })] } }
        );

    /// <summary>Runs a workflow with an input of so many characters that returns so many; returns how many came back.</summary>
    private static async Task<int> EchoAsync(WorkflowEnvironment environment, int given, int returned)
    {
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid():N}").AddWorkflow<EchoWorkflow>();
        using var worker = new TemporalWorker(environment.Client, options);
        var answer = await worker
            .ExecuteAsync(() =>
                environment.Client.ExecuteWorkflowAsync(
                    (EchoWorkflow w) => w.RunAsync(new string('i', given), returned),
                    new($"echo-{Guid.NewGuid():N}", options.TaskQueue!)
                )
            )
            .WaitAsync(TimeSpan.FromSeconds(60));
        return answer.Length;
    }

    /// <summary>Says how long its activity took.</summary>
    [Workflow]
    public sealed class CallingWorkflow
    {
        /// <summary>Calls it.</summary>
        [WorkflowRun]
        public async Task<TimeSpan> RunAsync()
        {
            var before = Workflow.UtcNow;
            await Workflow.ExecuteActivityAsync(
                "Delay",
                [],
                new()
                {
                    StartToCloseTimeout = TimeSpan.FromDays(1),
                    RetryPolicy = new() { MaximumAttempts = 1 },
                }
            );
            return Workflow.UtcNow - before;
        }
    }

    /// <summary>Sleeps.</summary>
    [Workflow]
    public sealed class SleepingWorkflow
    {
        /// <summary>Sleeps for a time and says how long it was.</summary>
        [WorkflowRun]
        public async Task<TimeSpan> RunAsync(TimeSpan length)
        {
            var before = Workflow.UtcNow;
            await Workflow.DelayAsync(length);
            return Workflow.UtcNow - before;
        }
    }

    /// <summary>Returns a text of the length that it was told.</summary>
    [Workflow]
    public sealed class EchoWorkflow
    {
        [WorkflowRun]
        public Task<string> RunAsync(string given, int length) => Task.FromResult(new string('o', length));
    }

    [Workflow]
    public sealed class CountingWorkflow
    {
        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            while (!Workflow.ContinueAsNewSuggested && Workflow.CurrentHistoryLength < 100)
            {
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(1));
            }

            return Workflow.CurrentHistoryLength;
        }
    }
}
