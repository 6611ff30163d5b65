using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.History.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class PendingActivitiesTests
{
    private readonly PendingActivities _activities = new(new AwakeClock(TimeProvider.System));

    [Fact]
    public void Apply_Scheduled_IsFoundByEventAndId()
    {
        Schedule();

        Assert.Same(_activities.Find(5), _activities.Find("a"));
        Assert.Equal(1, _activities.Find("a")?.Record.Attempt);
    }

    [Fact]
    public void Apply_End_GivesTheActivityThatIsPendingNoMore()
    {
        Schedule();
        var activity = _activities.Find(5);
        var end = new HistoryEvent
        {
            EventId = 9,
            ActivityTaskTimedOutEventAttributes = new() { ScheduledEventId = 5 },
        };

        Assert.Same(activity, _activities.Apply(end));
        Assert.Null(_activities.Apply(end));
        Assert.Null(_activities.Find(5));
        Assert.Null(_activities.Find("a"));
    }

    [Fact]
    public void Restore_OfACancelledActivity_KeepsWhatItsEventsTell()
    {
        Schedule();
        _activities.Apply(
            new HistoryEvent
            {
                EventId = 7,
                ActivityTaskCancelRequestedEventAttributes = new() { ScheduledEventId = 5 },
            }
        );

        _activities.Restore(5, new ActivityRecord { Attempt = 3 });

        var activity = _activities.Find("a");
        Assert.Equal((3, 7L, true), (activity?.Record.Attempt, activity?.CancelRequestedEventId, activity?.HasRow));
    }

    [Fact]
    public void Restore_OfWhatIsNotPending_IsNothing()
    {
        _activities.Restore(5, new ActivityRecord { Attempt = 3 });

        Assert.Equal(0, _activities.Count);
    }

    private void Schedule() =>
        _activities.Apply(
            new HistoryEvent
            {
                EventId = 5,
                ActivityTaskScheduledEventAttributes = new() { ActivityId = "a" },
            }
        );
}
