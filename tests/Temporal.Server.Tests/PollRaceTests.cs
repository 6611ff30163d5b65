using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>
/// Races of a waiting call with its event, in every order. The call gets the complete answer at once. Updates are tested by
/// <see cref="UpdateAnswerTests"/>.
/// </summary>
public sealed class PollRaceTests
{
    // A wait that misses its event lasts until its own limit, which is far longer.
    private static readonly TimeSpan Missed = TimeSpan.FromSeconds(18);

    [Fact]
    [Trait("Category", "Full")]
    public Task Polls_MetByWhatTheyWaitForManyTimes_GetTheWholeOfIt() => RaceAsync(300);

    [Fact]
    public Task Polls_MetByWhatTheyWaitFor_GetTheWholeOfIt() => RaceAsync(25);

    private static async Task RaceAsync(int races)
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < races; i++)
        {
            var id = $"w{i}";
            var polled = server.PollWorkflowTaskAsync(id);
            await MeetAsync(i);
            var runId = await server.StartWorkflowAsync(id);
            var task = await polled.WaitAsync(Missed);
            Assert.Equal((id, 3L), (task.WorkflowExecution.WorkflowId, task.StartedEventId));
            Assert.Equal(3, task.History.Events.Count);

            var activity = server.PollActivityTaskAsync(id);
            var events = WaitAsync(server, id, runId, HistoryEventFilterType.AllEvent);
            await MeetAsync(i);
            await server.CompleteAsync(task, TestServer.Activity("a", id));
            var started = await activity.WaitAsync(Missed);
            Assert.Equal("a", started.ActivityId);
            Assert.NotEmpty((await events.WaitAsync(Missed)).History.Events);

            var closed = WaitAsync(server, id, runId, HistoryEventFilterType.CloseEvent);
            await MeetAsync(i);
            await server.CallAsync(
                new RespondActivityTaskCompletedRequest { TaskToken = started.TaskToken },
                RespondActivityTaskCompletedResponse.Parser
            );
            var last = await server.PollWorkflowTaskAsync(id).WaitAsync(Missed);
            Assert.Equal(
                EventType.ActivityTaskCompleted,
                last.History.Events.Last(e => e.ActivityTaskCompletedEventAttributes is not null).EventType
            );

            // The query rides on this task or comes by itself afterwards: it is answered either way.
            var asked = server.QueryAsync(id);
            await MeetAsync(i);
            await server.CompleteAsync(last, TestServer.Complete());
            await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync(id).WaitAsync(Missed), TestServer.Text("answer"));
            Assert.Equal("answer", (await asked.WaitAsync(Missed)).QueryResult.Payloads_[0].Data.ToStringUtf8());
            Assert.Equal(EventType.WorkflowExecutionCompleted, Assert.Single((await closed.WaitAsync(Missed)).History.Events).EventType);
        }
    }

    /// <summary>Neither side is always the first.</summary>
    private static async Task MeetAsync(int race)
    {
        if (race % 3 > 0)
        {
            await Task.Delay(race % 3 - 1 + (race % 7 == 0 ? 5 : 0));
        }
    }

    private static Task<GetWorkflowExecutionHistoryResponse> WaitAsync(
        TestServer server,
        string id,
        string runId,
        HistoryEventFilterType filter
    ) =>
        server.CallAsync(
            new GetWorkflowExecutionHistoryRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = id, RunId = runId },
                WaitNewEvent = true,
                HistoryEventFilterType = filter,
            },
            GetWorkflowExecutionHistoryResponse.Parser
        );
}
