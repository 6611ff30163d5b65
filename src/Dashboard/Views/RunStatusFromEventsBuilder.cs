namespace Orchestrator.Dashboard.Views;

/// <summary>Reconstructs the state of a run after one of its transitions.</summary>
internal static class RunStatusFromEventsBuilder
{
    /// <summary>
    /// Returns the states of the run and its tasks after the event with a given sequence number. Values that no event contains (cost,
    /// gates, questions) are left out.
    /// </summary>
    /// <param name="now">Current status of the run.</param>
    /// <param name="events">All events of the run, in order.</param>
    /// <param name="sequence">Number of the last event to apply.</param>
    public static RunStatus Of(RunStatus now, IReadOnlyList<RunEvent> events, long sequence)
    {
        var counted = events.Where(happened => happened.Sequence > 0 && happened.Sequence <= sequence).ToList();
        var ofRun = counted.LastOrDefault(happened => happened.Task is null);
        var ofTasks = counted
            .Where(happened => happened.Task is not null)
            .GroupBy(happened => happened.Task!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        var moment = new RunStatus
        {
            RunId = now.RunId,
            State = ofRun?.State ?? RunStateNames.Preparing,
            Why = ofRun?.Why,
            Title = now.Title,
            Repository = now.Repository,
            Target = now.Target,
            StartedAt = now.StartedAt,
            UpdatedAt = counted is [.., var last] ? last.Time : now.StartedAt,
            Since = ofRun?.Time ?? now.StartedAt,
            Sequence = sequence,
            Workers = now.Workers,
            HasPlanner = now.HasPlanner,
            TaskCount = now.TaskCount,
            Tasks =
            [
                .. now
                    .Tasks.Select(task => new RunTaskStatus(new TaskProgress { Id = task.Id, State = TaskStateNames.Pending })
                    {
                        Title = task.Title,
                        DependsOn = task.DependsOn,
                    })
                    .Select(task =>
                        ofTasks.TryGetValue(task.Id, out var happened)
                            ? task with
                            {
                                State = happened.State,
                                Why = happened.Why,
                                Evidence = happened.Evidence,
                                Since = happened.Time,
                            }
                            : task
                    ),
            ],
        };
        return moment with { Counts = RunTaskCounts.Of(moment), Standing = RunLivenessClassifier.Of(moment) };
    }
}
