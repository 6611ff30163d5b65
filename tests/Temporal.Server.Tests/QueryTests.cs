using Google.Protobuf;
using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Model;
using Temporal.Server.Matching;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class QueryTests
{
    [Theory]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(1000)]
    public async Task Query_AnsweredWithMoreThanABlobMayHold_Fails(int limit)
    {
        await using var server = await TestServer.StartAsync(blobSizeLimit: limit);
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var asked = server.QueryAsync("w");

        await server.AnswerQueryAsync(
            await server.PollWorkflowTaskAsync("w"),
            new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[limit]) } } }
        );

        var refused = await Assert.ThrowsAsync<RpcException>(() => asked);
        Assert.Equal((StatusCode.InvalidArgument, "Blob data size exceeds limit."), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task Query_WorkerThatTookItHasDied_GoesToAnother()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.PollWorkflowTaskAsync("w", $"1@{Environment.MachineName}#another-boot#1#worker");

        await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Text("answer"));

        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    /// <summary>The next run knows nothing that could be asked before its first task.</summary>
    [Fact]
    public async Task Query_WorkerThatTookItHasDiedAndTheRunHasContinuedAsNew_GoesToAnotherForTheSameRun()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.PollWorkflowTaskAsync("w", $"1@{Environment.MachineName}#another-boot#1#worker");
        await server.SignalAsync("w", "go on");
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("w"),
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes
                {
                    WorkflowType = new WorkflowType { Name = "Test" },
                    TaskQueue = new Temporalio.Api.TaskQueue.V1.TaskQueue { Name = "w" },
                },
            }
        );

        var task = await server.PollWorkflowTaskAsync("w");
        var asked = task.Query is null ? await server.PollWorkflowTaskAsync("w") : task;
        await server.AnswerQueryAsync(asked, TestServer.Text("answer"));

        Assert.Equal(first, asked.WorkflowExecution.RunId);
        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Query_WorkerOfTheStickyQueueIsGone_GoesToAnother()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.StickAndLeaveAsync("w");
        var answer = server.QueryAsync("w");

        await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Text("answer"));

        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    /// <summary>The SDK's core fetches the history of a query that came without one, if it has dropped the run by then: with a task that
    /// it gets a moment later. It would carry that out twice, and keep a run that no replay can follow.</summary>
    [Fact]
    public async Task Query_WorkerHasTheRunInMemory_BringsTheHistoryUpToTheLastAnsweredTask()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.StickAsync(await server.PollWorkflowTaskAsync("w"));
        var poll = await server.BeginStickyPollAsync("w");

        var answer = server.QueryAsync("w");
        var asked = await poll;

        Assert.Equal("q", asked.Query.QueryType);
        Assert.Equal([1, 2, 3, 4], asked.History.Events.Select(e => e.EventId));
        Assert.Equal((EventType.WorkflowTaskCompleted, true), (asked.History.Events[^1].EventType, asked.NextPageToken.IsEmpty));
        await server.AnswerQueryAsync(asked, TestServer.Text("answer"));
        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Query_WorkerThatTookItDoesNotAnswer_GoesToAnotherAfterTenSeconds()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(time: clock);
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        var first = await server.PollWorkflowTaskAsync("w", "one that hangs");

        clock.Advance(PendingQuery.AnswerLimit);
        var second = await server.PollWorkflowTaskAsync("w", "another");
        Assert.Equal("q", second.Query.QueryType);
        await server.AnswerQueryAsync(second, TestServer.Text("answer"));

        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
        Assert.Equal(
            StatusCode.NotFound,
            (await Assert.ThrowsAsync<RpcException>(() => server.AnswerQueryAsync(first, TestServer.Text("too late")))).StatusCode
        );
    }

    /// <summary>The worker would otherwise carry out the signal at once, and find the task done.</summary>
    [Fact]
    public async Task Query_TaskIsScheduledBeforeAWorkerComes_GoesWithTheTask()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.UntilAskedAsync("w");
        await server.SignalAsync("w", "s");

        var task = await server.PollWorkflowTaskAsync("w");

        Assert.Null(task.Query);
        Assert.Equal(EventType.WorkflowTaskStarted, task.History.Events[^1].EventType);
        await server.AnswerWithTaskAsync(task, "answer");
        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    /// <summary>The SDK's core drops a query that is older than the task which the worker has in hand, without a word.</summary>
    [Fact]
    public async Task Query_WorkerHasItWhenATaskIsStarted_GoesWithTheTaskTooAndTheFirstAnswerCounts()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var (one, other) = (server.QueryAsync("w"), server.QueryAsync("w"));
        PollWorkflowTaskQueueResponse[] asked = [await server.PollWorkflowTaskAsync("w"), await server.PollWorkflowTaskAsync("w")];
        await server.SignalAsync("w", "s");

        var task = await server.PollWorkflowTaskAsync("w");
        await server.AnswerQueryAsync(asked[0], TestServer.Text("by itself"));
        await server.AnswerWithTaskAsync(task, "with the task");

        Assert.Equal(2, task.Queries.Count);
        // The worker can't know of it, and the SDK's core would warn of every refusal.
        await server.AnswerQueryAsync(asked[1], TestServer.Text("too late"));
        var answers = (await Task.WhenAll(one, other)).Select(a => a.QueryResult.Payloads_[0].Data.ToStringUtf8());
        Assert.Equal(["by itself", "with the task"], answers.Order());
        Assert.Equal(
            StatusCode.NotFound,
            (await Assert.ThrowsAsync<RpcException>(() => server.AnswerQueryAsync(asked[0], TestServer.Text("again")))).StatusCode
        );
    }

    [Fact]
    public async Task Query_RunIsTerminatedWhileItWaitsForATask_IsAskedOfTheClosedRun()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        await server.SignalAsync("w", "s");
        await server.PollWorkflowTaskAsync("w");
        var answer = server.QueryAsync("w");
        await server.UntilAskedAsync("w");
        await server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
            },
            TerminateWorkflowExecutionResponse.Parser
        );
        var next = await server.StartWorkflowAsync("w");

        var tasks = new[] { await server.PollWorkflowTaskAsync("w"), await server.PollWorkflowTaskAsync("w") };
        var asked = Assert.Single(tasks, task => task.Query is not null);
        await server.AnswerQueryAsync(asked, TestServer.Text("answer"));

        Assert.Empty(Assert.Single(tasks, task => task.WorkflowExecution.RunId == next).Queries);
        Assert.Equal(first, asked.WorkflowExecution.RunId);
        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public void PendingQuery_TimePasses_IsLostWhenItsLimitHasPassedAndNotBefore()
    {
        var clock = new ManualClock();
        var query = new PendingQuery(new WorkflowQuery(), clock, new DeadWorkerDetector("machine"));
        query.Offer(null);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.False(query.IsLost);

        query.Offer(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(4.999));
        Assert.False(query.IsLost);
        query.RecordWorker("worker");
        clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(query.IsLost);
        clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.True(query.IsLost);

        query.Offer(TimeSpan.FromSeconds(5));
        Assert.False(query.IsLost);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(query.IsLost);
    }

    /// <summary>Clients ask the one that takes its place; a time limit would tell them that no worker is there.</summary>
    [Fact]
    public async Task Query_ServerStops_IsUnavailable()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.PollWorkflowTaskAsync("w");

        await server.Server.StopAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => answer)).StatusCode);
    }
}
