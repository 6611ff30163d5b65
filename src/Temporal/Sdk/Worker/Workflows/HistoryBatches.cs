using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>The events that one workflow task sees, and those that came of it.</summary>
/// <param name="Events">From the event after the previous task's start up to this task's start.</param>
/// <param name="Completed">The event that completed the task; null for the task that is worked on now.</param>
/// <param name="Outcome">Events of the commands that the task sent.</param>
internal sealed record HistoryBatch(ArraySegment<HistoryEvent> Events, HistoryEvent? Completed, ArraySegment<HistoryEvent> Outcome)
{
    public HistoryEvent Started => Events[^1];
}

/// <summary>
/// Cuts a history into the workflow tasks that were completed; tasks that failed or timed out count as never having been.
/// </summary>
internal static class HistoryBatches
{
    /// <summary>Cuts events.</summary>
    /// <param name="events">Events, without gaps.</param>
    /// <param name="from">Index of the first event to look at.</param>
    /// <param name="live">Whether a started event at the end is a task to be worked on now.</param>
    /// <returns>The batches, and the index of the first event that belongs to none.</returns>
    public static (List<HistoryBatch> Batches, int Tail) Split(HistoryEvent[] events, int from, bool live)
    {
        var batches = new List<HistoryBatch>();
        var start = from;
        for (var i = from; i < events.Length; i++)
        {
            if (events[i].EventType != EventType.WorkflowTaskStarted)
            {
                continue;
            }

            var next = i + 1 < events.Length ? events[i + 1] : null;
            if (next?.EventType == EventType.WorkflowTaskCompleted)
            {
                var end = i + 2;
                while (
                    end < events.Length
                    && (CommandMatcher.IsCommandEvent(events[end].EventType) || CommandMatcher.MayStandAmongCommands(events[end].EventType))
                )
                {
                    end++;
                }

                batches.Add(new(new(events, start, i + 1 - start), next, new(events, i + 2, end - i - 2)));
                start = i + 1;
            }
            else if (next is null && live)
            {
                batches.Add(new(new(events, start, i + 1 - start), Completed: null, ArraySegment<HistoryEvent>.Empty));
                start = i + 1;
            }
        }

        return (batches, start);
    }
}
