using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>The effect of a workflow task on an update is visible completely or not at all, however waiter and worker interleave.</summary>
public sealed class UpdateAnswerTests
{
    private const int Races = 300;

    public static TheoryData<bool, bool> Answers =>
        new()
        {
            { false, false },
            { false, true },
            { true, false },
            { true, true },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Update_AnsweredByOneTask_IsSeenWithItsOutcome(bool withStart, bool rejected)
    {
        await using var server = await TestServer.StartAsync();
        if (!withStart)
        {
            await server.StartWorkflowAsync("w");
            await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        }

        for (var i = 0; i < Races; i++)
        {
            var id = withStart ? $"w{i}" : "w";
            var waiting = withStart ? UpdateWithStartAsync(server, id, $"u{i}") : UpdateAsync(server, id, $"u{i}");
            await AnswerAsync(server, await server.PollWorkflowTaskAsync("w"), $"u{i}", rejected);
            var answer = await waiting;

            Assert.NotNull(answer.Outcome);
            Assert.Equal(Stage.Completed, answer.Stage);
            Assert.Equal(rejected, answer.Outcome.Failure is not null);
        }
    }

    [Fact]
    public async Task Update_InFirstBackoff_WakesTheRunAndAQueryIsRefusedUntilThen()
    {
        await using var server = await TestServer.StartAsync();
        await StartLaterAsync(server, "w");

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.QueryAsync("w"));
        var waiting = UpdateAsync(server, "w", "u");
        await AnswerAsync(server, await server.PollWorkflowTaskAsync("w"), "u", rejected: true);

        Assert.Equal((StatusCode.FailedPrecondition, "Workflow task is not scheduled yet."), (refused.StatusCode, refused.Status.Detail));
        Assert.NotNull((await waiting).Outcome.Failure);

        // The task was there for the update alone; the run keeps waiting.
        Assert.Equal(EventType.WorkflowExecutionStarted, Assert.Single(await server.HistoryAsync("w")).EventType);
    }

    [Fact]
    public async Task Cancel_InFirstBackoff_WakesTheRunAndASignalDoesNot()
    {
        await using var server = await TestServer.StartAsync();
        await StartLaterAsync(server, "w");
        await server.SignalAsync("w", "s");
        var untouched = await server.HistoryAsync("w");
        await server.CallAsync(
            new RequestCancelWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
            },
            RequestCancelWorkflowExecutionResponse.Parser
        );

        var task = await server.PollWorkflowTaskAsync("w");

        Assert.DoesNotContain(untouched, e => e.EventType == EventType.WorkflowTaskScheduled);
        Assert.Contains(task.History.Events, e => e.EventType == EventType.WorkflowExecutionCancelRequested);
    }

    [Fact]
    public async Task UpdateWithStart_WhoseUpdateWasCutOffByTheClose_StartsARunOfItsOwn()
    {
        await using var server = await TestServer.StartAsync();
        var cutOff = UpdateWithStartAsync(server, "w", "u");
        var task = await server.PollWorkflowTaskAsync("w");
        var completed = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        Accept(completed, "u");
        completed.Commands.Add(TestServer.Complete());
        await server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
        await cutOff;

        var again = UpdateWithStartAsync(server, "w", "u");
        var second = await server.PollWorkflowTaskAsync("w");
        await AnswerAsync(server, second, "u", rejected: false);

        Assert.NotEqual(task.WorkflowExecution.RunId, second.WorkflowExecution.RunId);
        Assert.NotNull((await again).Outcome.Success);
    }

    [Fact]
    public async Task Terminate_NamingTheFirstRun_EndsTheChainsCurrentOne()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.StartWorkflowAsync("w");
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("w"),
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes(),
            }
        );

        await server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w", RunId = first },
                FirstExecutionRunId = first,
            },
            TerminateWorkflowExecutionResponse.Parser
        );

        Assert.Equal(EventType.WorkflowExecutionTerminated, (await server.HistoryAsync("w"))[^1].EventType);
    }

    private static Task StartLaterAsync(TestServer server, string id) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Test" },
                TaskQueue = new() { Name = id },
                RequestId = "r",
                WorkflowStartDelay = new Duration { Seconds = 3600 },
            },
            StartWorkflowExecutionResponse.Parser
        );

    private static UpdateWorkflowExecutionRequest Request(string workflowId, string updateId) =>
        new()
        {
            Namespace = "default",
            WorkflowExecution = new WorkflowExecution { WorkflowId = workflowId },
            WaitPolicy = new WaitPolicy { LifecycleStage = Stage.Accepted },
            Request = new Request
            {
                Meta = new Meta { UpdateId = updateId },
                Input = new Input { Name = "u" },
            },
        };

    internal static Task<UpdateWorkflowExecutionResponse> UpdateAsync(TestServer server, string workflowId, string updateId) =>
        server.CallAsync(Request(workflowId, updateId), UpdateWorkflowExecutionResponse.Parser);

    private static async Task<UpdateWorkflowExecutionResponse> UpdateWithStartAsync(TestServer server, string workflowId, string updateId)
    {
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = workflowId,
            WorkflowType = new WorkflowType { Name = "Test" },
            TaskQueue = new() { Name = "w" },
            RequestId = Guid.NewGuid().ToString(),
        };
        var request = new ExecuteMultiOperationRequest
        {
            Namespace = "default",
            Operations =
            {
                new ExecuteMultiOperationRequest.Types.Operation { StartWorkflow = start },
                new ExecuteMultiOperationRequest.Types.Operation { UpdateWorkflow = Request(workflowId, updateId) },
            },
        };
        return (await server.CallAsync(request, ExecuteMultiOperationResponse.Parser)).Responses[1].UpdateWorkflow;
    }

    internal static Task AnswerAsync(TestServer server, PollWorkflowTaskQueueResponse task, string updateId, bool rejected)
    {
        var completed = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        if (rejected)
        {
            Add(
                completed,
                updateId,
                "Rejection",
                new Rejection
                {
                    RejectedRequestMessageId = updateId + "/request",
                    Failure = new Failure { Message = "no" },
                }
            );
        }
        else
        {
            Accept(completed, updateId);
            Add(
                completed,
                updateId,
                "Response",
                new Response
                {
                    Meta = new Meta { UpdateId = updateId },
                    Outcome = new Outcome { Success = TestServer.Text("yes") },
                }
            );
        }

        return server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
    }

    /// <summary>Accepts an update and completes it in no task that the client sees.</summary>
    internal static Task AcceptAsync(TestServer server, PollWorkflowTaskQueueResponse task, string updateId)
    {
        var completed = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        Accept(completed, updateId);
        return server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
    }

    private static void Accept(RespondWorkflowTaskCompletedRequest completed, string updateId) =>
        Add(completed, updateId, "Acceptance", new Acceptance { AcceptedRequestMessageId = updateId + "/request" });

    private static void Add(RespondWorkflowTaskCompletedRequest completed, string updateId, string kind, IMessage body)
    {
        var message = new Message
        {
            Id = $"{updateId}/{kind}",
            ProtocolInstanceId = updateId,
            Body = new Any { TypeUrl = "type.googleapis.com/temporal.api.update.v1." + kind, Value = body.ToByteString() },
        };
        completed.Messages.Add(message);
        if (kind != "Rejection")
        {
            completed.Commands.Add(
                new Command
                {
                    CommandType = CommandType.ProtocolMessage,
                    ProtocolMessageCommandAttributes = new ProtocolMessageCommandAttributes { MessageId = message.Id },
                }
            );
        }
    }
}
