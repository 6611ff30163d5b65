using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Storage;
using Orchestrator.TestKit;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Requests of a reset workflow to other workflows, and their answers.</summary>
public class ResetTests
{
    [Fact]
    public async Task Reset_AfterAChildHadStarted_TheNewRunHearsOfItsEnd()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("parent");
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("parent"),
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new StartChildWorkflowExecutionCommandAttributes
                {
                    WorkflowId = "child",
                    WorkflowType = new WorkflowType { Name = "C" },
                    TaskQueue = new TaskQueue { Name = "child" },
                    ParentClosePolicy = ParentClosePolicy.Abandon,
                },
            }
        );
        var task = await server.PollWorkflowTaskAsync("parent");
        await server.CompleteAsync(task);

        var reset = await ResetAsync(server, "parent", task.StartedEventId + 1);
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("parent"));
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("child"), TestServer.Complete());
        await server.PollWorkflowTaskAsync("parent");

        Assert.Contains(await server.HistoryAsync("parent", reset), e => e.EventType == EventType.ChildWorkflowExecutionCompleted);
    }

    /// <summary>The new run must send the signal again, because its code would wait forever for the answer.</summary>
    [Fact]
    public async Task Reset_SignalToAnotherWorkflowHadNoAnswerThen_IsSentByTheNewRun()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("other");
        await server.StartWorkflowAsync("sender");
        var first = await server.PollWorkflowTaskAsync("sender");
        var complete = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = first.TaskToken,
            ForceCreateNewWorkflowTask = true,
            ReturnNewWorkflowTask = true,
        };
        complete.Commands.Add(
            new Command
            {
                CommandType = CommandType.SignalExternalWorkflowExecution,
                SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
                {
                    Execution = new WorkflowExecution { WorkflowId = "other" },
                    SignalName = "s",
                },
            }
        );
        var second = (await server.CallAsync(complete, RespondWorkflowTaskCompletedResponse.Parser)).WorkflowTask;
        await server.CompleteAsync(second);

        var reset = await ResetAsync(server, "sender", second.StartedEventId + 1);
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("sender"));
        var stop = Eventually.Timeout();
        while ((await server.HistoryAsync("sender", reset)).All(e => e.EventType != EventType.ExternalWorkflowExecutionSignaled))
        {
            await Task.Delay(10, stop);
        }

        Assert.DoesNotContain(
            (await server.HistoryAsync("sender", reset)).TakeWhile(e => e.EventType != EventType.WorkflowTaskFailed),
            e => e.EventType == EventType.ExternalWorkflowExecutionSignaled
        );
        Assert.Equal(2, (await server.HistoryAsync("other")).Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
    }

    [Fact]
    public async Task Reset_OfAnOlderRunWhoseSuccessorWasDeleted_FindsNoCurrentRun()
    {
        await using var server = await TestServer.StartAsync();
        var older = await server.StartWorkflowAsync("w");
        await server.PollWorkflowTaskAsync("w");
        var workflow = new WorkflowExecution { WorkflowId = "w" };
        await server.CallAsync(
            new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = workflow },
            TerminateWorkflowExecutionResponse.Parser
        );
        await server.StartWorkflowAsync("w");
        await server.CallAsync(
            new DeleteWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = workflow },
            DeleteWorkflowExecutionResponse.Parser
        );
        var limit = TimeSpan.FromMinutes(1);
        var look = new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = workflow };
        while ((await server.TryAsync(look, limit)).Status == StatusCode.OK)
        {
            await Task.Delay(5);
        }

        workflow.RunId = older;
        var (status, _, _) = await server.TryAsync(
            new ResetWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = workflow,
                WorkflowTaskFinishEventId = 4,
                RequestId = "r",
            },
            limit
        );

        Assert.Equal(StatusCode.NotFound, status);
    }

    /// <summary>
    /// Like a real server, the server passes the updates to the worker in events, not also as messages, even after a restart.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_BeforeUpdates_BringsThemToTheNewRunAgain(bool rejected)
    {
        using var folder = new EngineFolder();
        string reset;
        await using (var first = await TestServer.StartAsync(folder.DatabasePath))
        {
            await first.StartWorkflowAsync("w");
            var task = await first.PollWorkflowTaskAsync("w");
            await first.CompleteAsync(task);
            foreach (var id in (string[])["u1", "u2"])
            {
                var waiting = UpdateAnswerTests.UpdateAsync(first, "w", id);
                await UpdateAnswerTests.AnswerAsync(first, await first.PollWorkflowTaskAsync("w"), id, rejected: false);
                await waiting;
            }

            reset = await ResetAsync(first, "w", task.StartedEventId + 1);
            Assert.Equal(["u1", "u2"], Admitted(await first.HistoryAsync("w", reset)));
        }

        await using var server = await TestServer.StartAsync(folder.DatabasePath);
        var again = UpdateAnswerTests.UpdateAsync(server, "w", "u2");
        var brought = await server.PollWorkflowTaskAsync("w");
        Assert.Empty(brought.Messages);
        Assert.Equal(["u1", "u2"], Admitted(brought.History.Events));
        await UpdateAnswerTests.AnswerAsync(server, brought, "u2", rejected);

        // A rejection leaves no trace: a call that comes only now is an update of its own, which the worker gets by a message.
        var next = server.PollWorkflowTaskAsync("w");
        if (await Task.WhenAny(again, next) == next)
        {
            await UpdateAnswerTests.AnswerAsync(server, await next, "u2", rejected);
        }

        Assert.Equal(rejected, (await again).Outcome.Failure is not null);
        var events = await server.HistoryAsync("w", reset);
        Assert.Equal(["u1", "u2"], Admitted(events));
        Assert.Equal(rejected ? 0 : 1, events.Count(e => e.EventType == EventType.WorkflowExecutionUpdateCompleted));

        static IEnumerable<string> Admitted(IEnumerable<HistoryEvent> events) =>
            events
                .Where(e => e.EventType == EventType.WorkflowExecutionUpdateAdmitted)
                .Select(e => e.WorkflowExecutionUpdateAdmittedEventAttributes.Request.Meta.UpdateId);
    }

    [Fact]
    public async Task Reset_TwiceWhileAnUpdateIsCarriedOut_TheNewestRunAcceptsItAnew()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        await server.CompleteAsync(task);
        _ = UpdateAnswerTests.UpdateAsync(server, "w", "u");
        await UpdateAnswerTests.AcceptAsync(server, await server.PollWorkflowTaskAsync("w"), "u");
        await ResetAsync(server, "w", task.StartedEventId + 1);
        var second = await server.PollWorkflowTaskAsync("w");
        await UpdateAnswerTests.AcceptAsync(server, second, "u");
        var newest = await ResetAsync(server, "w", second.StartedEventId + 1);

        await UpdateAnswerTests.AnswerAsync(server, await server.PollWorkflowTaskAsync("w"), "u", rejected: false);

        var events = await server.HistoryAsync("w", newest);
        Assert.Single(events, e => e.EventType == EventType.WorkflowExecutionUpdateAccepted);
        Assert.Single(events, e => e.EventType == EventType.WorkflowExecutionUpdateCompleted);
    }

    private static async Task<string> ResetAsync(TestServer server, string id, long finishEventId) =>
        (
            await server.CallAsync(
                new ResetWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = id },
                    WorkflowTaskFinishEventId = finishEventId,
                    RequestId = Guid.NewGuid().ToString(),
                    Reason = "test",
                },
                ResetWorkflowExecutionResponse.Parser
            )
        ).RunId;
}
