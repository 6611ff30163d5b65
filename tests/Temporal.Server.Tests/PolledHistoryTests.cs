using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Histories longer than a poll's answer may be, and runs that others meant and that have closed since.</summary>
public sealed class PolledHistoryTests
{
    private const int Signals = 1_100;

    [Fact]
    public async Task Task_OfALongHistory_IsPagedToItsStartedEventAndNoFurther()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        foreach (var batch in Enumerable.Range(0, Signals).Chunk(50))
        {
            await Task.WhenAll(batch.Select(i => server.SignalAsync("w", $"s{i}")));
        }

        var task = await server.PollWorkflowTaskAsync("w");
        Assert.InRange(task.History.Events.Count, 1, Signals);
        Assert.False(task.NextPageToken.IsEmpty);

        // What comes while the task is worked on belongs to the next one.
        await server.SignalAsync("w", "late");
        var events = task.History.Events.ToList();
        for (var token = task.NextPageToken; !token.IsEmpty; )
        {
            var page = await server.CallAsync(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = "default",
                    Execution = task.WorkflowExecution,
                    NextPageToken = token,
                },
                GetWorkflowExecutionHistoryResponse.Parser
            );
            Assert.NotEmpty(page.History.Events);
            events.AddRange(page.History.Events);
            token = page.NextPageToken;
        }

        Assert.Equal(Enumerable.Range(1, (int)task.StartedEventId).Select(id => (long)id), events.Select(e => e.EventId));
        Assert.Equal(EventType.WorkflowTaskStarted, events[^1].EventType);
        Assert.Equal(Signals, events.Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
        await server.CompleteAsync(task);
        var next = await server.PollWorkflowTaskAsync("w");
        Assert.Equal("late", await LastSignalAsync(server, next));
    }

    [Fact]
    public async Task Commands_ToWhatHasClosedSince_FailTheSignalAndNotTheCancel()
    {
        await using var server = await TestServer.StartAsync();
        var closed = await server.StartWorkflowAsync("closed");
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("closed"), TestServer.Complete());

        await server.CompleteAsync(task, Signal("closed", ""), Signal("closed", closed), Cancel("closed", ""), Cancel("nobody", ""));
        var answered = new List<string>();
        while (answered.Count < 4)
        {
            var next = await server.PollWorkflowTaskAsync("w");
            await server.CompleteAsync(next);
            answered =
            [
                .. (await server.HistoryAsync("w"))
                    .Where(e =>
                        e.EventType
                            is EventType.SignalExternalWorkflowExecutionFailed
                                or EventType.ExternalWorkflowExecutionCancelRequested
                                or EventType.RequestCancelExternalWorkflowExecutionFailed
                    )
                    .Select(e => e.EventType.ToString())
                    .Order(StringComparer.Ordinal),
            ];
        }

        Assert.Equal(
            [
                nameof(EventType.ExternalWorkflowExecutionCancelRequested),
                nameof(EventType.RequestCancelExternalWorkflowExecutionFailed),
                nameof(EventType.SignalExternalWorkflowExecutionFailed),
                nameof(EventType.SignalExternalWorkflowExecutionFailed),
            ],
            answered
        );
    }

    private static async Task<string> LastSignalAsync(TestServer server, PollWorkflowTaskQueueResponse task)
    {
        Assert.NotEmpty(task.TaskToken);
        var answer = await server.CallAsync(
            new GetWorkflowExecutionHistoryReverseRequest { Namespace = "default", Execution = task.WorkflowExecution },
            GetWorkflowExecutionHistoryReverseResponse.Parser
        );
        return answer
            .History.Events.First(e => e.EventType == EventType.WorkflowExecutionSignaled)
            .WorkflowExecutionSignaledEventAttributes.SignalName;
    }

    private static Command Signal(string workflowId, string runId) =>
        new()
        {
            CommandType = CommandType.SignalExternalWorkflowExecution,
            SignalExternalWorkflowExecutionCommandAttributes = new()
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = workflowId, RunId = runId },
                SignalName = "s",
            },
        };

    private static Command Cancel(string workflowId, string runId) =>
        new()
        {
            CommandType = CommandType.RequestCancelExternalWorkflowExecution,
            RequestCancelExternalWorkflowExecutionCommandAttributes = new()
            {
                Namespace = "default",
                WorkflowId = workflowId,
                RunId = runId,
            },
        };
}
