using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.Common;
using Temporal.Server.Frontend;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A server on a socket of its own, with the raw calls that tests make to it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private const string Sticky = "-sticky";

    private readonly TemporalServer _server;
    private readonly RpcClient _calls;

    private TestServer(TemporalServer server)
    {
        _server = server;
        _calls = new RpcClient(server.Addresses[0]);
    }

    public TemporalServer Server => _server;

    public static async Task<TestServer> StartAsync(
        string? databasePath = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        int blobSizeLimit = 2 * 1024 * 1024,
        TimeSpan? drainageGracePeriod = null,
        bool commands = false
    )
    {
        var socket = Path.Combine(Path.GetTempPath(), "ts-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
        var server = new TemporalServer(
            new TemporalServerOptions
            {
                DatabasePath = databasePath,
                SocketPath = socket,
                TimeProvider = time ?? TimeProvider.System,
                BlobSizeLimit = blobSizeLimit,
                DrainageGracePeriod = drainageGracePeriod ?? TimeSpan.FromMinutes(3),
                WorkerCommands = commands,
                CancelCommands = commands,
            },
            loggers
        );
        await server.StartAsync();
        return new TestServer(server);
    }

    public Task<TResponse> CallAsync<TResponse>(
        IMessage request,
        MessageParser<TResponse> parser,
        TimeSpan? timeout = null,
        string? method = null
    )
        where TResponse : IMessage<TResponse>
    {
        var name = method ?? request.GetType().Name[..^"Request".Length];
        return _calls.CallAsync(Service + name, request, parser, timeout ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>A call and its answer, which may be an error.</summary>
    public async Task<(StatusCode Status, string Message, byte[] Answer)> TryAsync(IMessage request, TimeSpan timeout, string? path = null)
    {
        var method = path ?? Service + request.GetType().Name[..^"Request".Length];
        try
        {
            return (StatusCode.OK, "", await _calls.CallAsync(method, request.ToByteArray(), timeout));
        }
        catch (RpcException refused)
        {
            return (refused.StatusCode, refused.Status.Detail, []);
        }
    }

    public async Task<string> StartWorkflowAsync(string id, string? requestId = null, int taskTimeoutSeconds = 60) =>
        (
            await CallAsync(
                new StartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = id,
                    WorkflowType = new WorkflowType { Name = "Test" },
                    TaskQueue = new TaskQueue { Name = id },
                    RequestId = requestId ?? Guid.NewGuid().ToString(),

                    // What a test does with a task takes longer than the usual ten seconds on a busy machine.
                    WorkflowTaskTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = taskTimeoutSeconds },
                },
                StartWorkflowExecutionResponse.Parser
            )
        ).RunId;

    public Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskAsync(string queue, string identity = "worker") =>
        CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = queue },
                Identity = identity,
            },
            PollWorkflowTaskQueueResponse.Parser
        );

    public Task<PollActivityTaskQueueResponse> PollActivityTaskAsync(string queue) =>
        CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = queue },
                Identity = "worker",
            },
            PollActivityTaskQueueResponse.Parser
        );

    public Task CompleteAsync(PollWorkflowTaskQueueResponse task, params Command[] commands)
    {
        var request = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Identity = "worker",
        };
        request.Commands.AddRange(commands);
        return CallAsync(request, RespondWorkflowTaskCompletedResponse.Parser);
    }

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id, string runId = "") => (
            await CallAsync(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = id, RunId = runId },
                },
                GetWorkflowExecutionHistoryResponse.Parser
            )
        ).History.Events;

    public Task SignalAsync(string id, string name) =>
        CallAsync(
            new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = id },
                SignalName = name,
            },
            SignalWorkflowExecutionResponse.Parser
        );

    /// <summary>A worker keeps the run in memory, takes a task from its own queue, completes it, and is not seen again.</summary>
    public async Task StickAndLeaveAsync(string id)
    {
        await StickAsync(await PollWorkflowTaskAsync(id));
        var poll = await BeginStickyPollAsync(id);
        await SignalAsync(id, "s");
        await StickAsync(await poll);
    }

    /// <summary>Completes a task, and keeps the run in memory.</summary>
    public Task StickAsync(PollWorkflowTaskQueueResponse task) =>
        CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                StickyAttributes = new StickyExecutionAttributes
                {
                    WorkerTaskQueue = new TaskQueue { Name = task.WorkflowExecution.WorkflowId + Sticky },
                    ScheduleToStartTimeout = new Google.Protobuf.WellKnownTypes.Duration { Nanos = 200_000_000 },
                },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

    /// <summary>The worker that has a run in memory waits for its next task or query, which the result brings.</summary>
    public async Task<Task<PollWorkflowTaskQueueResponse>> BeginStickyPollAsync(string id)
    {
        var poll = CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue
                {
                    Name = id + Sticky,
                    Kind = TaskQueueKind.Sticky,
                    NormalName = id,
                },
            },
            PollWorkflowTaskQueueResponse.Parser
        );
        while (!_server.Parts.Queues.StickyWorkerLives(NamespaceRegistry.Default.Id, id + Sticky))
        {
            await Task.Delay(10);
        }

        return poll;
    }

    public Task<QueryWorkflowResponse> QueryAsync(string id) =>
        CallAsync(
            new QueryWorkflowRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = id },
                Query = new WorkflowQuery { QueryType = "q" },
            },
            QueryWorkflowResponse.Parser
        );

    public Task AnswerQueryAsync(PollWorkflowTaskQueueResponse task, Payloads answer) =>
        CallAsync(
            new RespondQueryTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                CompletedType = QueryResultType.Answered,
                QueryResult = answer,
            },
            RespondQueryTaskCompletedResponse.Parser
        );

    /// <summary>Waits until a query of the workflow waits for an answer.</summary>
    public async Task UntilAskedAsync(string id)
    {
        while (!await _server.Parts.Engine.Store.ChangeAsync(NamespaceRegistry.Default.Id, id, workflow => workflow.Queries.Any))
        {
            await Task.Delay(10);
        }
    }

    /// <summary>Completes a task with one answer to all queries that came with it.</summary>
    public Task AnswerWithTaskAsync(PollWorkflowTaskQueueResponse task, string answer)
    {
        var request = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        foreach (var id in task.Queries.Keys)
        {
            request.QueryResults[id] = new WorkflowQueryResult { ResultType = QueryResultType.Answered, Answer = Text(answer) };
        }
        return CallAsync(request, RespondWorkflowTaskCompletedResponse.Parser);
    }

    public async ValueTask DisposeAsync()
    {
        _calls.Dispose();
        await _server.DisposeAsync();
    }

    public static Payloads Text(string text) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(text) } } };

    public static Command Complete() =>
        new()
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes(),
        };

    public static Command Activity(string id, string queue) =>
        new()
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new ScheduleActivityTaskCommandAttributes
            {
                ActivityId = id,
                ActivityType = new ActivityType { Name = "Act" },
                TaskQueue = new TaskQueue { Name = queue },
                StartToCloseTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 60 },
            },
        };

    public static Command Timer(string id, TimeSpan after) =>
        new()
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new StartTimerCommandAttributes
            {
                TimerId = id,
                StartToFireTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(after),
            },
        };
}
