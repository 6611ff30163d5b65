using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Nexusservices.Workerservice.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A workflow that waits for an activity that sends no heartbeats.</summary>
[Workflow]
public sealed class SilentActivityWorkflow
{
    /// <summary>Runs it.</summary>
    [WorkflowRun]
    public Task<string> RunAsync() =>
        Workflow.ExecuteActivityAsync(
            (SilentActivity activity) => activity.WaitAsync(),
            new ActivityOptions
            {
                StartToCloseTimeout = TimeSpan.FromHours(1),
                CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            }
        );
}

/// <summary>An activity that only a command of the server can cancel.</summary>
public sealed class SilentActivity
{
    /// <summary>Completes when the activity runs.</summary>
    public TaskCompletionSource Started { get; } = new();

    /// <summary>Waits until it is cancelled, and returns the reason.</summary>
    [Activity]
    public async Task<string> WaitAsync()
    {
        Started.TrySetResult();
        var context = ActivityExecutionContext.Current;
        await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return context.CancelReason.ToString();
    }
}

/// <summary>Commands that tell a worker to cancel its activities, which then need no heartbeats.</summary>
public sealed class WorkerCommandTests
{
    private const string Queue = "temporal-sys/worker-commands/default/key";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Cancel_OfficialWorker_EndsAnActivityWithoutHeartbeats()
    {
        var socket = Path.Combine(Path.GetTempPath(), "commands-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
        await using var server = new TemporalServer(
            new TemporalServerOptions
            {
                SocketPath = socket,
                WorkerCommands = true,
                CancelCommands = true,
            }
        );
        await server.StartAsync();
        var client = await TemporalClient.ConnectAsync(
            new TemporalClientConnectOptions("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions("unix:" + socket) }
        );
        var activity = new SilentActivity();
        using var worker = new TemporalWorker(
            client,
            new TemporalWorkerOptions("silent").AddWorkflow<SilentActivityWorkflow>().AddAllActivities(activity)
        );

        var result = await worker.ExecuteAsync(async () =>
        {
            var run = await client.StartWorkflowAsync((SilentActivityWorkflow w) => w.RunAsync(), new WorkflowOptions("w", "silent"));
            await activity.Started.Task.WaitAsync(Eventually.Limit);
            await run.CancelAsync();
            return await run.GetResultAsync().WaitAsync(Eventually.Limit);
        });

        Assert.Equal(nameof(ActivityCancelReason.CancelRequested), result);
    }

    [Fact]
    public async Task Terminate_ActivityAtWork_CommandsItsWorkerUntilItHasAnswered()
    {
        await using var server = await TestServer.StartAsync(commands: true);
        var activity = await StartActivityAsync(server);

        await TerminateAsync(server);
        var first = await PollAsync(server);
        await server.CallAsync(
            new RespondNexusTaskFailedRequest { Namespace = "default", TaskToken = first.TaskToken },
            RespondNexusTaskFailedResponse.Parser
        );
        var second = await PollAsync(server);
        var answer = new RespondNexusTaskCompletedRequest { Namespace = "default", TaskToken = second.TaskToken };
        await server.CallAsync(answer, RespondNexusTaskCompletedResponse.Parser);

        var command = Assert.Single(CommandsOf(first).Commands);
        Assert.Equal(activity.TaskToken, command.CancelActivity.TaskToken);
        Assert.Equal(CommandsOf(first), CommandsOf(second));
        await Eventually.AskAsync(async () => (await server.TryAsync(answer, Limit)).Status == StatusCode.NotFound ? "" : null);
    }

    /// <summary>The command is stored with the change that caused it.</summary>
    [Fact]
    public async Task Restart_CommandNotAnswered_IsSentAgain()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "engine.db");
        ByteString token;
        await using (var server = await TestServer.StartAsync(file, commands: true))
        {
            token = (await StartActivityAsync(server)).TaskToken;
            await TerminateAsync(server);
        }

        await using var restarted = await TestServer.StartAsync(file, commands: true);

        Assert.Equal(token, Assert.Single(CommandsOf(await PollAsync(restarted)).Commands).CancelActivity.TaskToken);
    }

    [Fact]
    public async Task Terminate_WithoutTheSettings_SendsNoCommand()
    {
        await using var server = await TestServer.StartAsync();
        await StartActivityAsync(server);
        await TerminateAsync(server);

        var described = await server.CallAsync(new DescribeNamespaceRequest { Namespace = "default" }, DescribeNamespaceResponse.Parser);

        Assert.False(described.NamespaceInfo.Capabilities.WorkerCommands);
        Assert.Empty((await PollAsync(server, TimeSpan.FromSeconds(3))).TaskToken);
        Assert.Equal(
            StatusCode.Unimplemented,
            (await server.TryAsync(new RespondNexusTaskCompletedRequest { Namespace = "default" }, Limit)).Status
        );
    }

    private static ExecuteCommandsRequest CommandsOf(PollNexusTaskQueueResponse task)
    {
        var start = task.Request.StartOperation;
        Assert.Equal(
            ("temporal.api.nexusservices.workerservice.v1.WorkerService", "ExecuteCommands", "binary/protobuf"),
            (start.Service, start.Operation, start.Payload.Metadata["encoding"].ToStringUtf8())
        );
        return ExecuteCommandsRequest.Parser.ParseFrom(start.Payload.Data);
    }

    private static Task<PollNexusTaskQueueResponse> PollAsync(TestServer server, TimeSpan? limit = null) =>
        server.CallAsync(
            new PollNexusTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = Queue, Kind = TaskQueueKind.WorkerCommands },
            },
            PollNexusTaskQueueResponse.Parser,
            limit
        );

    private static async Task<PollActivityTaskQueueResponse> StartActivityAsync(TestServer server)
    {
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
        return await server.CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "w" },
                WorkerControlTaskQueue = Queue,
            },
            PollActivityTaskQueueResponse.Parser
        );
    }

    private static Task TerminateAsync(TestServer server) =>
        server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = "w" },
            },
            TerminateWorkflowExecutionResponse.Parser
        );
}
