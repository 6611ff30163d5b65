using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>The pending activities of a run, derived from the events applied so far, with the record of each activity.</summary>
internal sealed class PendingActivities(AwakeClock awake)
{
    private readonly Dictionary<long, PendingActivity> _byEvent = [];
    private readonly Dictionary<string, PendingActivity> _byId = [];

    public int Count => _byEvent.Count;

    public IEnumerable<PendingActivity> All => _byEvent.Values;

    /// <summary>Finds an activity by its scheduled event id, or returns null if it is not pending.</summary>
    public PendingActivity? Find(long scheduledEventId) => _byEvent.GetValueOrDefault(scheduledEventId);

    /// <summary>Finds an activity by the id that the workflow assigned, or returns null if it is not pending.</summary>
    public PendingActivity? Find(string activityId) => _byId.GetValueOrDefault(activityId);

    /// <summary>Returns the scheduled event id of the activity that an event ends, or 0 if the event ends no activity.</summary>
    public static long EndedBy(HistoryEvent e) =>
        e.AttributesCase switch
        {
            HistoryEvent.AttributesOneofCase.ActivityTaskCompletedEventAttributes =>
                e.ActivityTaskCompletedEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskFailedEventAttributes => e.ActivityTaskFailedEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskTimedOutEventAttributes => e.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskCanceledEventAttributes => e.ActivityTaskCanceledEventAttributes.ScheduledEventId,
            _ => 0,
        };

    /// <summary>Applies an event if it belongs to an activity. Returns the activity that the event ended, or null for none.</summary>
    public PendingActivity? Apply(HistoryEvent e)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.ActivityTaskScheduledEventAttributes:
                var first = new ActivityRecord
                {
                    Attempt = 1,
                    ScheduledTime = e.EventTime,
                    FirstScheduledTime = e.EventTime,
                };
                Add(new PendingActivity(e.EventId, e.ActivityTaskScheduledEventAttributes, first, awake));
                return null;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCancelRequestedEventAttributes:
                if (Find(e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId) is { } cancelled)
                {
                    cancelled.CancelRequestedEventId = e.EventId;
                    cancelled.Record.CancelRequested = true;
                }

                return null;
            default:
                return EndedBy(e) is > 0 and var ended ? Remove(ended) : null;
        }
    }

    /// <summary>Restores the stored record of an activity.</summary>
    public void Restore(long scheduledEventId, ActivityRecord record)
    {
        if (Remove(scheduledEventId) is { } known)
        {
            Add(
                new PendingActivity(scheduledEventId, known.Scheduled, record, awake)
                {
                    HasRow = true,
                    CancelRequestedEventId = known.CancelRequestedEventId,
                }
            );
        }
    }

    /// <summary>Removes a pending activity, or returns null if it is not pending.</summary>
    public PendingActivity? Remove(long scheduledEventId)
    {
        if (_byEvent.Remove(scheduledEventId, out var activity))
        {
            _byId.Remove(activity.Scheduled.ActivityId);
        }

        return activity;
    }

    private void Add(PendingActivity activity)
    {
        _byEvent[activity.ScheduledEventId] = activity;
        _byId[activity.Scheduled.ActivityId] = activity;
    }
}
