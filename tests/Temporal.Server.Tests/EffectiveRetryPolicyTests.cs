using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Activity.V1;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A partially set retry policy is reported completely, with the effective values.</summary>
public sealed class EffectiveRetryPolicyTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static RetryPolicy Part => new() { MaximumAttempts = 7, InitialInterval = Seconds(3) };

    private static RetryPolicy Whole =>
        new()
        {
            MaximumAttempts = 7,
            InitialInterval = Seconds(3),
            BackoffCoefficient = 2,
            MaximumInterval = Seconds(300),
        };

    [Fact]
    public async Task Workflow_HoweverItIsStarted_HasTheEffectivePolicy()
    {
        await using var server = await TestServer.StartAsync();
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = "start",
            WorkflowType = new WorkflowType { Name = "Test" },
            TaskQueue = new TaskQueue { Name = "start" },
            RequestId = "r",
            RetryPolicy = Part,
        };
        await server.CallAsync(start, StartWorkflowExecutionResponse.Parser);
        await server.CallAsync(
            new SignalWithStartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = "signal",
                WorkflowType = start.WorkflowType,
                TaskQueue = start.TaskQueue,
                SignalName = "s",
                RetryPolicy = Part,
            },
            SignalWithStartWorkflowExecutionResponse.Parser
        );
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("start"),
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new()
                {
                    WorkflowId = "child",
                    WorkflowType = start.WorkflowType,
                    TaskQueue = new TaskQueue { Name = "child" },
                    RetryPolicy = Part,
                },
            }
        );
        await server.PollWorkflowTaskAsync("child");

        Assert.Equal(Whole, await StartedAsync(server, "start"));
        Assert.Equal(Whole, await StartedAsync(server, "signal"));
        Assert.Equal(Whole, await StartedAsync(server, "child"));
        Assert.Equal(
            Whole,
            (await server.HistoryAsync("start"))
                .Single(e => e.EventType == EventType.StartChildWorkflowExecutionInitiated)
                .StartChildWorkflowExecutionInitiatedEventAttributes.RetryPolicy
        );
    }

    [Fact]
    public async Task UpdateWithStart_HasTheEffectivePolicyAndTheLinksOfItsStart()
    {
        await using var server = await TestServer.StartAsync();
        var link = new Link { BatchJob = new Link.Types.BatchJob { JobId = "job" } };
        var both = server.CallAsync(
            new ExecuteMultiOperationRequest
            {
                Namespace = "default",
                Operations =
                {
                    new ExecuteMultiOperationRequest.Types.Operation
                    {
                        StartWorkflow = new StartWorkflowExecutionRequest
                        {
                            Namespace = "default",
                            WorkflowId = "w",
                            WorkflowType = new WorkflowType { Name = "Test" },
                            TaskQueue = new TaskQueue { Name = "w" },
                            RequestId = "r",
                            RetryPolicy = Part,
                            Links = { link },
                            WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                        },
                    },
                    new ExecuteMultiOperationRequest.Types.Operation
                    {
                        UpdateWorkflow = new UpdateWorkflowExecutionRequest
                        {
                            Namespace = "default",
                            WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                            Request = new Request
                            {
                                Meta = new Meta { UpdateId = "u" },
                                Input = new Input { Name = "update" },
                            },
                            WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Accepted },
                        },
                    },
                },
            },
            ExecuteMultiOperationResponse.Parser
        );
        var task = await server.PollWorkflowTaskAsync("w");
        await server.CompleteAsync(task, TestServer.Complete());
        await Assert.ThrowsAsync<RpcException>(() => both);

        var started = (await server.HistoryAsync("w"))[0];
        Assert.Equal(Whole, started.WorkflowExecutionStartedEventAttributes.RetryPolicy);
        Assert.Equal([link], started.Links);
    }

    [Fact]
    public async Task Activity_ScheduledAndChanged_HasTheEffectivePolicyInItsEventItsTaskAndItsDescription()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var command = TestServer.Activity("a", "w");
        command.ScheduleActivityTaskCommandAttributes.RetryPolicy = Part;
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), command);

        var scheduled = (await server.HistoryAsync("w"))
            .Single(e => e.EventType == EventType.ActivityTaskScheduled)
            .ActivityTaskScheduledEventAttributes;
        Assert.Equal(Whole, scheduled.RetryPolicy);
        Assert.Equal(Whole, (await PendingAsync(server)).ActivityOptions.RetryPolicy);
        var changed = await UpdateAsync(server, new RetryPolicy { MaximumAttempts = 2 }, "retryPolicy");
        Assert.Equal((2, Seconds(1), 2.0, Seconds(100)), Shown(changed));
        changed = await UpdateAsync(server, new RetryPolicy { InitialInterval = Seconds(9) }, "retryPolicy.initialInterval");
        Assert.Equal((2, Seconds(9), 2.0, Seconds(100)), Shown(changed));
        changed = await UpdateAsync(server, new RetryPolicy(), "retry_policy.initial_interval", "retry_policy.backoff_coefficient");
        Assert.Equal((2, Seconds(1), 2.0, Seconds(100)), Shown(changed));
        var polled = await server.PollActivityTaskAsync("w");
        Assert.Equal((2, Seconds(1), 2.0, Seconds(100)), Shown(polled.RetryPolicy));
    }

    [Fact]
    public async Task ActivityOptions_ThatCannotBe_AreRefusedAndLeaveThoseThatWere()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
        var before = (await PendingAsync(server)).ActivityOptions;

        foreach (
            var (options, path) in ((ActivityOptions, string)[])
                [
                    (new ActivityOptions(), "retry_policy.maximum_attempts"),
                    (new ActivityOptions(), "taskQueue.name"),
                    (new ActivityOptions { StartToCloseTimeout = Seconds(-1) }, "startToCloseTimeout"),
                    (new ActivityOptions { RetryPolicy = new RetryPolicy { BackoffCoefficient = 0.5 } }, "retryPolicy"),
                ]
        )
        {
            var (status, message, _) = await server.TryAsync(Change(options, path), Limit);
            Assert.True(status == StatusCode.InvalidArgument && message.Length > 0, $"{path}: {status} {message}");
        }

        Assert.Equal(before, (await PendingAsync(server)).ActivityOptions);
    }

    private static Duration Seconds(int seconds) => new() { Seconds = seconds };

    private static (int Attempts, Duration First, double Coefficient, Duration Most) Shown(RetryPolicy policy) =>
        (policy.MaximumAttempts, policy.InitialInterval, policy.BackoffCoefficient, policy.MaximumInterval);

    private static UpdateActivityOptionsRequest Change(ActivityOptions options, params string[] paths) =>
        new()
        {
            Namespace = "default",
            Execution = new WorkflowExecution { WorkflowId = "w" },
            Id = "a",
            ActivityOptions = options,
            UpdateMask = new FieldMask { Paths = { paths } },
        };

    private static async Task<RetryPolicy> UpdateAsync(TestServer server, RetryPolicy policy, params string[] paths) =>
        (await server.CallAsync(Change(new ActivityOptions { RetryPolicy = policy }, paths), UpdateActivityOptionsResponse.Parser))
            .ActivityOptions
            .RetryPolicy;

    private static async Task<Temporalio.Api.Workflow.V1.PendingActivityInfo> PendingAsync(TestServer server) =>
        Assert.Single(
            (
                await server.CallAsync(
                    new DescribeWorkflowExecutionRequest
                    {
                        Namespace = "default",
                        Execution = new WorkflowExecution { WorkflowId = "w" },
                    },
                    DescribeWorkflowExecutionResponse.Parser
                )
            ).PendingActivities
        );

    private static async Task<RetryPolicy> StartedAsync(TestServer server, string id) =>
        (await server.HistoryAsync(id))[0].WorkflowExecutionStartedEventAttributes.RetryPolicy;
}
