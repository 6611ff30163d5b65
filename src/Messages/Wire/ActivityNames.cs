namespace Orchestrator.Messages;

/// <summary>Names of activities, as a server tells them: the SDK leaves <c>Async</c> at the end of a method's name out.</summary>
public static class ActivityNames
{
    /// <summary>By this one a task has a place on a host.</summary>
    public static string HoldPlace { get; } = Of(nameof(IPlaceActivities.HoldPlaceAsync));

    /// <summary>This one writes a run's record to its folder.</summary>
    public static string RecordProgress { get; } = Of(nameof(IRunActivities.RecordProgressAsync));

    /// <summary>The activities whose results a run needs later: files of its folder, commits, an agent's conversation.</summary>
    public static IReadOnlySet<string> MakingWork { get; } =
        (
            (string[])
                [
                    nameof(IRunActivities.LoadPlanAsync),
                    nameof(IRunActivities.PreflightAsync),
                    nameof(IRunActivities.StoreCheckpointAsync),
                    nameof(IRunActivities.VerifyFixAsync),
                    nameof(IRunActivities.LandAsync),
                    nameof(ITaskActivities.PrepareTaskAsync),
                    nameof(ITaskActivities.RunAgentAsync),
                    nameof(ITaskActivities.VerifyTaskAsync),
                    nameof(IPlaceActivities.TakeTaskAsync),
                    nameof(IRequestActivities.JudgeRequestAsync),
                    nameof(IRequestActivities.InstallAsync),
                    nameof(IRequestActivities.ConcludeRequestAsync),
                    nameof(IRequestActivities.SplitTaskAsync),
                    nameof(IRequestActivities.AddTasksAsync),
                    nameof(ITrainActivities.MergeBatchAsync),
                    nameof(ITrainActivities.LandBatchAsync),
                    nameof(IAnswerActivities.AskAgentAsync),
                    nameof(IAnswerActivities.JudgeAnswerAsync),
                    nameof(IPlanningActivities.BeginPlanningAsync),
                    nameof(IPlanningActivities.BeginReplanAsync),
                    nameof(IPlanningActivities.ConcludeReplanAsync),
                    nameof(IPlanningActivities.EndPlanningAsync),
                    nameof(IReviewActivities.FindTiesAsync),
                    nameof(IReviewActivities.BeginReviewAsync),
                    nameof(IReviewActivities.ConcludeReviewAsync),
                    nameof(IReviewActivities.EndReviewAsync),
                ]
        )
            .Select(Of)
            .ToHashSet(StringComparer.Ordinal);

    private static string Of(string method) => method[..^"Async".Length];
}
