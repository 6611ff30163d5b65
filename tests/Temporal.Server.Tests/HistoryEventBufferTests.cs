using Temporal.Server.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class HistoryEventBufferTests
{
    private readonly HistoryEventBuffer _buffered = new();

    [Fact]
    public void Take_EndsOfWork_ComeBehindTheRestAndNameTheStartThatWasBuffered()
    {
        Add(EventType.ActivityTaskStarted, e => e.ActivityTaskStartedEventAttributes = new() { ScheduledEventId = 5 });
        Add(EventType.ActivityTaskCompleted, e => e.ActivityTaskCompletedEventAttributes = new() { ScheduledEventId = 5 });
        Add(EventType.ChildWorkflowExecutionStarted, e => e.ChildWorkflowExecutionStartedEventAttributes = new() { InitiatedEventId = 6 });
        Add(EventType.ChildWorkflowExecutionFailed, e => e.ChildWorkflowExecutionFailedEventAttributes = new() { InitiatedEventId = 6 });
        Add(
            EventType.ChildWorkflowExecutionCompleted,
            e => e.ChildWorkflowExecutionCompletedEventAttributes = new() { InitiatedEventId = 7, StartedEventId = 9 }
        );
        Add(EventType.WorkflowExecutionSignaled, e => e.WorkflowExecutionSignaledEventAttributes = new() { SignalName = "s" });

        var taken = _buffered.RemoveAll(20);

        Assert.Equal(
            [
                (20, EventType.ActivityTaskStarted),
                (21, EventType.ChildWorkflowExecutionStarted),
                (22, EventType.WorkflowExecutionSignaled),
                (23, EventType.ActivityTaskCompleted),
                (24, EventType.ChildWorkflowExecutionFailed),
                (25, EventType.ChildWorkflowExecutionCompleted),
            ],
            taken.Select(e => (e.EventId, e.EventType))
        );
        Assert.Equal(20, taken[3].ActivityTaskCompletedEventAttributes.StartedEventId);
        Assert.Equal(21, taken[4].ChildWorkflowExecutionFailedEventAttributes.StartedEventId);
        Assert.Equal(9, taken[5].ChildWorkflowExecutionCompletedEventAttributes.StartedEventId);
        Assert.Equal(0, _buffered.Count);
    }

    [Fact]
    public void TakeFired_TimerThatHasFired_IsTakenOutOnce()
    {
        Add(EventType.TimerFired, e => e.TimerFiredEventAttributes = new() { TimerId = "t", StartedEventId = 5 });

        Assert.Null(_buffered.RemoveTimerFired("another"));
        Assert.Equal(5, _buffered.RemoveTimerFired("t")?.TimerFiredEventAttributes.StartedEventId);
        Assert.Null(_buffered.RemoveTimerFired("t"));
    }

    private void Add(EventType type, Action<HistoryEvent> set)
    {
        var e = new HistoryEvent { EventType = type };
        set(e);
        _buffered.Add(e);
    }
}
