using Google.Protobuf;
using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Storage;
using Orchestrator.TestKit;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Versions of workers: who gets the tasks of a run, before and after another version becomes the current one.</summary>
public sealed class DeploymentTests
{
    // Little more than a poll must give; it is answered a second before.
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2_300);

    [Fact]
    public async Task Versions_ThatPoll_AreRegisteredAndKeptOverARestart()
    {
        using var folder = new EngineFolder();
        await using (var first = await TestServer.StartAsync(folder.DatabasePath))
        {
            await RegisterAsync(first, "a", "b");
            await SetCurrentAsync(first, "a");
        }

        await using var server = await TestServer.StartAsync(folder.DatabasePath);
        var described = await DescribeAsync(server);
        var listed = await server.CallAsync(
            new ListWorkerDeploymentsRequest { Namespace = "default" },
            ListWorkerDeploymentsResponse.Parser
        );
        var version = await server.CallAsync(
            new DescribeWorkerDeploymentVersionRequest { Namespace = "default", DeploymentVersion = Version("a") },
            DescribeWorkerDeploymentVersionResponse.Parser
        );

        Assert.Equal(
            [("shop.a", WorkerDeploymentVersionStatus.Current), ("shop.b", WorkerDeploymentVersionStatus.Inactive)],
            described.VersionSummaries.Select(v => (v.Version, v.Status))
        );
        Assert.Equal(("shop.a", Version("a")), (described.RoutingConfig.CurrentVersion, described.RoutingConfig.CurrentDeploymentVersion));
        Assert.Equal("shop", Assert.Single(listed.WorkerDeployments).Name);
        Assert.Equal([TaskQueueType.Activity, TaskQueueType.Workflow], version.VersionTaskQueues.Select(queue => queue.Type));
    }

    [Fact]
    public async Task NewRuns_GoToTheCurrentVersionAndWithoutOneToWorkersWithoutVersion()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await StartAsync(server, "w1");
        Assert.Empty((await PollAsync(server, "a", Short)).TaskToken);
        Assert.Equal("w1", (await PollAsync(server, "")).WorkflowExecution.WorkflowId);

        await StartAsync(server, "w2");
        await SetCurrentAsync(server, "b");
        Assert.Equal("w2", (await PollAsync(server, "b")).WorkflowExecution.WorkflowId);
        await StartAsync(server, "w3");
        Assert.Empty((await PollAsync(server, "", Short)).TaskToken);
        Assert.Empty((await PollAsync(server, "a", Short)).TaskToken);
        Assert.Equal("w3", (await PollAsync(server, "b")).WorkflowExecution.WorkflowId);
    }

    [Theory]
    [InlineData(VersioningBehavior.Pinned, "a")]
    [InlineData(VersioningBehavior.AutoUpgrade, "b")]
    public async Task OpenRun_AfterAnotherVersionBecameCurrent_StaysWithItsOwnOnlyWherePinned(VersioningBehavior behavior, string next)
    {
        using var folder = new EngineFolder();
        await using (var first = await TestServer.StartAsync(folder.DatabasePath))
        {
            await RegisterAsync(first, "a", "b");
            await SetCurrentAsync(first, "a");
            await StartAsync(first, "w");
            await CompleteAsync(first, await PollAsync(first, "a"), "a", behavior, TestServer.Activity("act", "shop"));
            await SetCurrentAsync(first, "b");
        }

        await using var server = await TestServer.StartAsync(folder.DatabasePath);
        await server.SignalAsync("w", "s");
        var other = next == "a" ? "b" : "a";
        Assert.Empty((await PollAsync(server, other, Short)).TaskToken);
        var task = await PollAsync(server, next);
        await CompleteAsync(server, task, next, behavior, TestServer.Complete());

        var info = (
            await server.CallAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new() { WorkflowId = "w" },
                },
                DescribeWorkflowExecutionResponse.Parser
            )
        ).WorkflowExecutionInfo;
        Assert.Equal("w", task.WorkflowExecution.WorkflowId);
        Assert.Equal((behavior, Version(next)), (info.VersioningInfo.Behavior, info.VersioningInfo.DeploymentVersion));
        Assert.Equal($"\"shop:{next}\"", info.SearchAttributes.IndexedFields["TemporalWorkerDeploymentVersion"].Data.ToStringUtf8());
    }

    [Fact]
    public async Task PinnedRun_ItsActivitiesAndItsNextRun_StayWithItsVersion()
    {
        await using var server = await TestServer.StartAsync(drainageGracePeriod: TimeSpan.Zero);
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        await StartAsync(server, "w");
        var task = await PollAsync(server, "a");
        await SetCurrentAsync(server, "b");
        await CompleteAsync(server, task, "a", VersioningBehavior.Pinned, TestServer.Activity("act", "shop"));

        Assert.Empty((await PollActivityAsync(server, "b", Short)).TaskToken);
        var activity = await PollActivityAsync(server, "a");
        Assert.Equal("act", activity.ActivityId);
        Assert.Equal(WorkerDeploymentVersionStatus.Draining, (await DescribeAsync(server)).VersionSummaries[1].Status);
        await server.CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = activity.TaskToken },
            RespondActivityTaskCompletedResponse.Parser
        );
        await CompleteAsync(
            server,
            await PollAsync(server, "a"),
            "a",
            VersioningBehavior.Pinned,
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes(),
            }
        );

        await CompleteAsync(server, await PollAsync(server, "a"), "a", VersioningBehavior.Pinned, TestServer.Complete());
        Assert.Equal(WorkerDeploymentVersionStatus.Drained, (await DescribeAsync(server)).VersionSummaries[1].Status);
    }

    [Fact]
    public async Task Child_OfAPinnedRun_BeginsWithItsVersion()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        await StartAsync(server, "w");
        var task = await PollAsync(server, "a");
        await SetCurrentAsync(server, "b");
        await CompleteAsync(
            server,
            task,
            "a",
            VersioningBehavior.Pinned,
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new StartChildWorkflowExecutionCommandAttributes
                {
                    WorkflowId = "child",
                    WorkflowType = new() { Name = "Test" },
                    TaskQueue = new TaskQueue { Name = "shop" },
                },
            }
        );

        string[] polled =
        [
            (await PollAsync(server, "a")).WorkflowExecution.WorkflowId,
            (await PollAsync(server, "a")).WorkflowExecution.WorkflowId,
        ];
        Assert.Equal(["child", "w"], polled.Order());
    }

    [Fact]
    public async Task RunInTheMemoryOfAWorker_LeavesItWhenAnotherVersionBecomesCurrent()
    {
        await using var server = await TestServer.StartAsync();
        await RegisterAsync(server, "a", "b");
        await SetCurrentAsync(server, "a");
        await StartAsync(server, "w");
        var completed = Completed(await PollAsync(server, "a"), "a", VersioningBehavior.AutoUpgrade);
        completed.StickyAttributes = new StickyExecutionAttributes
        {
            WorkerTaskQueue = new TaskQueue { Name = "sticky" },
            ScheduleToStartTimeout = new() { Seconds = 3600 },
        };
        await server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
        var sticky = server.CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue
                {
                    Name = "sticky",
                    Kind = TaskQueueKind.Sticky,
                    NormalName = "shop",
                },
                DeploymentOptions = Options("a"),
            },
            PollWorkflowTaskQueueResponse.Parser,
            TimeSpan.FromSeconds(5)
        );

        await SetCurrentAsync(server, "b");
        await server.SignalAsync("w", "s");

        Assert.Equal("w", (await PollAsync(server, "b")).WorkflowExecution.WorkflowId);
        try
        {
            Assert.Empty((await sticky).TaskToken);
        }
        catch (Grpc.Core.RpcException late) when (late.StatusCode == Grpc.Core.StatusCode.DeadlineExceeded)
        {
            // On a busy machine its time ends before the empty answer is there.
        }
    }

    [Fact]
    public async Task RampingVersion_GetsItsShareOfWorkflows()
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
                Percentage = 30,
            },
            SetWorkerDeploymentRampingVersionResponse.Parser
        );
        var deployments = server.Server.Parts.Deployments;
        var ns = global::Temporal.Server.Common.NamespaceRegistry.Default.Id;
        var routes = Enumerable.Range(0, 1000).Select(i => deployments.RouteOf(ns, "shop", activity: false, $"workflow-{i}")).ToList();

        Assert.InRange(routes.Count(route => route == "shop:b"), 230, 370);
        Assert.Equal(1000, routes.Count(route => route is "shop:a" or "shop:b"));
        var described = await DescribeAsync(server);
        Assert.Equal(("shop.b", 30f), (described.RoutingConfig.RampingVersion, described.RoutingConfig.RampingVersionPercentage));
    }

    [Fact]
    public async Task Changes_ThatMakeNoSense_AreRefused()
    {
        await using var server = await TestServer.StartAsync();
        var nothing = await Assert.ThrowsAsync<RpcException>(() => SetCurrentAsync(server, "a"));
        await RegisterAsync(server, "a");
        var unknown = await Assert.ThrowsAsync<RpcException>(() => SetCurrentAsync(server, "x"));
        await SetCurrentAsync(server, "a");
        var current = await Assert.ThrowsAsync<RpcException>(() =>
            server.CallAsync(
                new DeleteWorkerDeploymentVersionRequest { Namespace = "default", DeploymentVersion = Version("a") },
                DeleteWorkerDeploymentVersionResponse.Parser
            )
        );
        var stale = await Assert.ThrowsAsync<RpcException>(() =>
            server.CallAsync(
                new SetWorkerDeploymentCurrentVersionRequest
                {
                    Namespace = "default",
                    DeploymentName = "shop",
                    ConflictToken = Google.Protobuf.ByteString.CopyFromUtf8("stale"),
                },
                SetWorkerDeploymentCurrentVersionResponse.Parser
            )
        );

        Assert.StartsWith("no Worker Deployment found with name 'shop'", nothing.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("build ID 'x' not found in Worker Deployment 'shop'", unknown.Status.Detail);
        Assert.Equal("version 'shop:a' cannot be deleted since it is current or ramping", current.Status.Detail);
        Assert.Equal(StatusCode.FailedPrecondition, stale.StatusCode);
        Assert.Equal("shop.a", (await DescribeAsync(server)).RoutingConfig.CurrentVersion);
    }

    private static WorkerDeploymentVersion Version(string build) => new() { DeploymentName = "shop", BuildId = build };

    private static WorkerDeploymentOptions? Options(string build) =>
        build.Length == 0
            ? null
            : new WorkerDeploymentOptions
            {
                DeploymentName = "shop",
                BuildId = build,
                WorkerVersioningMode = WorkerVersioningMode.Versioned,
            };

    /// <summary>
    /// By a poll each for workflow tasks and for activities, of a worker that has said goodbye: they are answered at once.
    /// </summary>
    private static async Task RegisterAsync(TestServer server, params string[] builds)
    {
        await server.CallAsync(
            new ShutdownWorkerRequest { Namespace = "default", WorkerInstanceKey = "gone" },
            ShutdownWorkerResponse.Parser
        );
        foreach (var build in builds)
        {
            Assert.Empty((await PollAsync(server, build, key: "gone")).TaskToken);
            Assert.Empty((await PollActivityAsync(server, build, key: "gone")).TaskToken);
        }
    }

    private static Task SetCurrentAsync(TestServer server, string build) =>
        server.CallAsync(
            new SetWorkerDeploymentCurrentVersionRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                BuildId = build,
            },
            SetWorkerDeploymentCurrentVersionResponse.Parser
        );

    private static async Task<WorkerDeploymentInfo> DescribeAsync(TestServer server) =>
        (
            await server.CallAsync(
                new DescribeWorkerDeploymentRequest { Namespace = "default", DeploymentName = "shop" },
                DescribeWorkerDeploymentResponse.Parser
            )
        ).WorkerDeploymentInfo;

    private static Task StartAsync(TestServer server, string id) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new() { Name = "Test" },
                TaskQueue = new TaskQueue { Name = "shop" },
                RequestId = id,
                WorkflowTaskTimeout = new() { Seconds = 60 },
            },
            StartWorkflowExecutionResponse.Parser
        );

    private static Task<PollWorkflowTaskQueueResponse> PollAsync(
        TestServer server,
        string build,
        TimeSpan? limit = null,
        string key = ""
    ) =>
        PollAsync(
            server,
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "shop" },
                WorkerInstanceKey = key,
                DeploymentOptions = Options(build),
            },
            PollWorkflowTaskQueueResponse.Parser,
            limit
        );

    private static Task<PollActivityTaskQueueResponse> PollActivityAsync(
        TestServer server,
        string build,
        TimeSpan? limit = null,
        string key = ""
    ) =>
        PollAsync(
            server,
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "shop" },
                WorkerInstanceKey = key,
                DeploymentOptions = Options(build),
            },
            PollActivityTaskQueueResponse.Parser,
            limit
        );

    // On a loaded machine the answer without a task to a short poll may come too late.
    private static async Task<T> PollAsync<T>(TestServer server, IMessage request, MessageParser<T> answer, TimeSpan? limit)
        where T : IMessage<T>, new()
    {
        try
        {
            return await server.CallAsync(request, answer, limit ?? Eventually.Limit);
        }
        catch (Grpc.Core.RpcException late) when (limit is not null && late.StatusCode == Grpc.Core.StatusCode.DeadlineExceeded)
        {
            return new T();
        }
    }

    private static RespondWorkflowTaskCompletedRequest Completed(
        PollWorkflowTaskQueueResponse task,
        string build,
        VersioningBehavior behavior
    ) =>
        new()
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            DeploymentOptions = Options(build),
            VersioningBehavior = behavior,
        };

    private static Task CompleteAsync(
        TestServer server,
        PollWorkflowTaskQueueResponse task,
        string build,
        VersioningBehavior behavior,
        Command command
    )
    {
        var completed = Completed(task, build, behavior);
        completed.Commands.Add(command);
        return server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
    }
}
