using Grpc.Core;
using Orchestrator.TestKit;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Managers, versions without pollers, and where runs begin that ask for a version themselves.</summary>
public sealed class DeploymentRoutingGrpcHandlerTests
{
    [Fact]
    public async Task Manager_IsTheOnlyOneWhoChangesTheRouting()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a");
        await server.CallAsync(
            new SetWorkerDeploymentManagerRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                Self = true,
                Identity = "boss",
            },
            SetWorkerDeploymentManagerResponse.Parser
        );

        var refused = await Assert.ThrowsAsync<RpcException>(() => SetCurrentAsync(server, "a"));
        await SetCurrentAsync(server, "a", identity: "boss");
        var info = (await DescribeAsync(server)).WorkerDeploymentInfo;

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.StartsWith("ManagerIdentity 'boss' is set", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(("boss", "shop.a", 1), (info.ManagerIdentity, info.RoutingConfig.CurrentVersion, info.RoutingConfig.RevisionNumber));
    }

    [Fact]
    public async Task CurrentVersion_SetBeforeAnyWorker_GetsTasksOnceItsWorkersPoll()
    {
        await using var server = await TestServer.StartAsync();
        await SetCurrentAsync(server, "a", allowNoPollers: true);
        await StartAsync(server, "w");

        Assert.Equal("w", (await PollAsync(server, "a")).WorkflowExecution.WorkflowId);
    }

    [Theory]
    [InlineData(100, "b")]
    [InlineData(0, "a")]
    public async Task Ramp_OfAllOrNothing_DecidesForEveryRun(float percentage, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        await server.CallAsync(
            new SetWorkerDeploymentRampingVersionRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                BuildId = "b",
                Percentage = percentage,
            },
            SetWorkerDeploymentRampingVersionResponse.Parser
        );
        await StartAsync(server, "w");

        Assert.Equal("w", (await PollAsync(server, expected)).WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task PinnedOverride_AtTheStart_BringsTheRunToThatVersion()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        var unknown = await Assert.ThrowsAsync<RpcException>(() => StartAsync(server, "x", Pinned("none")));

        await StartAsync(server, "w", Pinned("b"));
        var task = await PollAsync(server, "b");

        Assert.Equal("Pinned version 'shop:none' is not present in task queue 'shop' of type 'Workflow'", unknown.Status.Detail);
        Assert.Equal("w", task.WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task OneTimeOverride_AtTheStart_HoldsForTheFirstTaskAlone()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        var once = new VersioningOverride { OneTime = new() { TargetDeploymentVersion = Version("b") } };
        await StartAsync(server, "w", once);

        await CompleteAsync(server, await PollAsync(server, "b"), "b", VersioningBehavior.AutoUpgrade);
        await server.SignalAsync("w", "s");

        Assert.Equal("w", (await PollAsync(server, "a")).WorkflowExecution.WorkflowId);
    }

    [Theory]
    [InlineData(ContinueAsNewVersioningBehavior.Unspecified, "a")]
    [InlineData(ContinueAsNewVersioningBehavior.AutoUpgrade, "b")]
    [InlineData(ContinueAsNewVersioningBehavior.UseRampingVersion, "c")]
    public async Task ContinueAsNew_OfAPinnedRun_BeginsWhereItAsksFor(ContinueAsNewVersioningBehavior initial, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b", "c");
        await SetCurrentAsync(server, "a");
        await StartAsync(server, "w");
        var task = await PollAsync(server, "a");
        await SetCurrentAsync(server, "b");
        await server.CallAsync(
            new SetWorkerDeploymentRampingVersionRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                BuildId = "c",
                Percentage = 0,
            },
            SetWorkerDeploymentRampingVersionResponse.Parser
        );

        await CompleteAsync(
            server,
            task,
            "a",
            VersioningBehavior.Pinned,
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new() { InitialVersioningBehavior = initial },
            }
        );

        Assert.Equal("w", (await PollAsync(server, expected)).WorkflowExecution.WorkflowId);
    }

    [Fact]
    public async Task Activity_OfARunThatHasNotMoved_WaitsForItsWorkflowTask()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        await StartAsync(server, "w");
        await CompleteAsync(server, await PollAsync(server, "a"), "a", VersioningBehavior.AutoUpgrade, TestServer.Activity("act", "shop"));
        await SetCurrentAsync(server, "b");

        var activity = server.CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "shop" },
                DeploymentOptions = Options("b"),
            },
            PollActivityTaskQueueResponse.Parser,
            Eventually.Limit
        );
        var task = await PollAsync(server, "b");
        var early = activity.IsCompleted;
        await CompleteAsync(server, task, "b", VersioningBehavior.AutoUpgrade);

        Assert.False(early);
        Assert.Equal("act", (await activity).ActivityId);
    }

    private static WorkerDeploymentVersion Version(string build) => new() { DeploymentName = "shop", BuildId = build };

    private static VersioningOverride Pinned(string build) =>
        new()
        {
            Pinned = new() { Behavior = VersioningOverride.Types.PinnedOverrideBehavior.Pinned, Version = Version(build) },
        };

    private static WorkerDeploymentOptions Options(string build) =>
        new()
        {
            DeploymentName = "shop",
            BuildId = build,
            WorkerVersioningMode = WorkerVersioningMode.Versioned,
        };

    // A worker that has said goodbye is answered at once.
    private static async Task RegisterAsync(TestServer server, params string[] builds)
    {
        await server.CallAsync(
            new ShutdownWorkerRequest { Namespace = "default", WorkerInstanceKey = "gone" },
            ShutdownWorkerResponse.Parser
        );
        foreach (var build in builds)
        {
            await PollAsync(server, build, "gone");
            await server.CallAsync(
                new PollActivityTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new TaskQueue { Name = "shop" },
                    WorkerInstanceKey = "gone",
                    DeploymentOptions = Options(build),
                },
                PollActivityTaskQueueResponse.Parser
            );
        }
    }

    private static Task SetCurrentAsync(TestServer server, string build, string identity = "", bool allowNoPollers = false) =>
        server.CallAsync(
            new SetWorkerDeploymentCurrentVersionRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                BuildId = build,
                Identity = identity,
                AllowNoPollers = allowNoPollers,
            },
            SetWorkerDeploymentCurrentVersionResponse.Parser
        );

    private static Task<DescribeWorkerDeploymentResponse> DescribeAsync(TestServer server) =>
        server.CallAsync(
            new DescribeWorkerDeploymentRequest { Namespace = "default", DeploymentName = "shop" },
            DescribeWorkerDeploymentResponse.Parser
        );

    private static Task StartAsync(TestServer server, string id, VersioningOverride? versioning = null) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new() { Name = "Test" },
                TaskQueue = new TaskQueue { Name = "shop" },
                VersioningOverride = versioning,
                WorkflowTaskTimeout = new() { Seconds = 60 },
            },
            StartWorkflowExecutionResponse.Parser
        );

    private static Task<PollWorkflowTaskQueueResponse> PollAsync(TestServer server, string build, string key = "") =>
        server.CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "shop" },
                WorkerInstanceKey = key,
                DeploymentOptions = Options(build),
            },
            PollWorkflowTaskQueueResponse.Parser,
            Eventually.Limit
        );

    private static Task CompleteAsync(
        TestServer server,
        PollWorkflowTaskQueueResponse task,
        string build,
        VersioningBehavior behavior,
        params Command[] commands
    ) =>
        server.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                DeploymentOptions = Options(build),
                VersioningBehavior = behavior,
                Commands = { commands },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );
}
