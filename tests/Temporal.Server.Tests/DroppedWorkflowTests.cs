using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporal.Server.Common;
using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>
/// The server forgets a workflow's memory when a change of it was given up or could not be written, and reads it back: whoever waits does
/// not notice.
/// </summary>
public sealed class DroppedWorkflowTests : IAsyncLifetime
{
    private static readonly WorkflowExecution Execution = new() { WorkflowId = "w" };
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.StartWorkflowAsync("w");
        await _server.CompleteAsync(await _server.PollWorkflowTaskAsync("w"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Query_MemoryIsDropped_IsAskedAnew()
    {
        var answer = _server.QueryAsync("w");
        var lost = await _server.PollWorkflowTaskAsync("w");
        await GiveUpAChangeAsync();

        var task = await _server.PollWorkflowTaskAsync("w");
        await _server.AnswerQueryAsync(task, TestServer.Text("answer"));

        Assert.NotEqual(lost.TaskToken, task.TaskToken);
        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Query_RunIsDeleted_IsNotFound()
    {
        await _server.CallAsync(
            new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution },
            TerminateWorkflowExecutionResponse.Parser
        );
        var answer = _server.QueryAsync("w");
        await _server.PollWorkflowTaskAsync("w");

        await _server.CallAsync(
            new DeleteWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution },
            DeleteWorkflowExecutionResponse.Parser
        );

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => answer)).StatusCode);
    }

    [Fact]
    public async Task Update_MemoryIsDropped_IsAdmittedAnew()
    {
        var answer = UpdateAsync();
        var lost = await _server.PollWorkflowTaskAsync("w");
        await GiveUpAChangeAsync();

        var task = await _server.PollWorkflowTaskAsync("w");
        await AnswerUpdateAsync(task);

        Assert.Equal("u", Assert.Single(lost.Messages).ProtocolInstanceId);
        Assert.Equal("u", Assert.Single(task.Messages).ProtocolInstanceId);
        Assert.Equal("outcome", (await answer).Outcome.Success.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Poll_TakingTheTaskCannotBeWritten_AnotherPollGetsIt()
    {
        await _server.SignalAsync("w", "s");
        await RefuseWritesAsync(true);
        var lost = await _server.PollWorkflowTaskAsync("w");
        await Assert.ThrowsAsync<RpcException>(() => _server.CompleteAsync(lost));
        await RefuseWritesAsync(false);

        await _server.CompleteAsync(await _server.PollWorkflowTaskAsync("w"));

        Assert.Equal(EventType.WorkflowTaskCompleted, (await _server.HistoryAsync("w"))[^1].EventType);
    }

    [Fact]
    public async Task Poll_TakingTheActivityCannotBeWritten_AnotherPollGetsIt()
    {
        await _server.SignalAsync("w", "s");
        await _server.CompleteAsync(await _server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
        await RefuseWritesAsync(true);
        var refused = await Assert.ThrowsAsync<RpcException>(() => _server.PollActivityTaskAsync("w"));
        await RefuseWritesAsync(false);

        var task = await _server.PollActivityTaskAsync("w");

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal("a", task.ActivityId);
    }

    [Fact]
    public async Task Timer_DueWhileNothingCanBeWritten_FiresAfterwards()
    {
        await _server.SignalAsync("w", "s");
        await _server.CompleteAsync(await _server.PollWorkflowTaskAsync("w"), TestServer.Timer("t", TimeSpan.FromMilliseconds(300)));
        await RefuseWritesAsync(true);

        // A write that failed drops the memory.
        var before = await MemoryAsync();
        while (await MemoryAsync() == before)
        {
            await Task.Delay(10);
        }

        await RefuseWritesAsync(false);
        var task = await _server.PollWorkflowTaskAsync("w");

        Assert.Contains(task.History.Events, e => e.EventType == EventType.TimerFired);
    }

    private async Task<SingleWorkflowRunCache> MemoryAsync()
    {
        SingleWorkflowRunCache memory = null!;
        try
        {
            await _server.Server.Parts.Store.ChangeAsync(
                NamespaceRegistry.Default.Id,
                "w",
                w =>
                {
                    memory = w;
                }
            );
        }
        catch (RpcException)
        {
            // It rests on the very change that could not be written.
        }

        return memory;
    }

    private Task GiveUpAChangeAsync() =>
        Assert.ThrowsAsync<NotSupportedException>(() =>
            _server.Server.Parts.Store.ChangeAsync(
                NamespaceRegistry.Default.Id,
                "w",
                w =>
                {
                    WorkflowSignalRecorder.Add(_server.Server.Parts.Store.Current(w)!, "half", null, null, "", "", null, []);
                    throw new NotSupportedException();
                }
            )
        );

    private Task RefuseWritesAsync(bool refuse) =>
        _server.Server.Parts.Database.WriteAsync(db =>
        {
            using var change = db.Prepare(
                refuse ? "CREATE TRIGGER refuse BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'refused'); END" : "DROP TRIGGER refuse"
            );
            change.Run();
        });

    private Task<UpdateWorkflowExecutionResponse> UpdateAsync() =>
        _server.CallAsync(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = Execution,
                WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
                Request = new Request
                {
                    Meta = new Meta { UpdateId = "u" },
                    Input = new Input { Name = "update" },
                },
            },
            UpdateWorkflowExecutionResponse.Parser
        );

    private Task AnswerUpdateAsync(PollWorkflowTaskQueueResponse task)
    {
        var request = task.Messages[0].Body.Unpack<Request>();
        var accepted = new Acceptance
        {
            AcceptedRequestMessageId = task.Messages[0].Id,
            AcceptedRequestSequencingEventId = task.Messages[0].EventId,
            AcceptedRequest = request,
        };
        var done = new Response
        {
            Meta = request.Meta,
            Outcome = new Outcome { Success = TestServer.Text("outcome") },
        };
        return _server.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Messages =
                {
                    new Message
                    {
                        Id = "1",
                        ProtocolInstanceId = "u",
                        Body = Any.Pack(accepted),
                    },
                    new Message
                    {
                        Id = "2",
                        ProtocolInstanceId = "u",
                        Body = Any.Pack(done),
                    },
                },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );
    }
}
