namespace Orchestrator.Messages;

/// <summary>
/// Names of activities as reported by a Temporal server. The SDK derives them from method names without the suffix <c>Async</c>.
/// </summary>
public static class ActivityNames
{
    /// <summary>Name of the activity that holds a slot for a task on a host.</summary>
    public static string HoldPlace { get; } = Of(nameof(IHostSlotActivities.HoldPlaceAsync));

    /// <summary>Name of the activity that writes a run's record to the run's folder.</summary>
    public static string RecordProgress { get; } = Of(nameof(IRunActivities.RecordProgressAsync));

    /// <summary>
    /// Names of activities whose results a run needs later: files in the run's folder, commits or an agent's conversation.
    /// </summary>
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
                    nameof(IHostSlotActivities.TakeTaskAsync),
                    nameof(IRequestActivities.JudgeRequestAsync),
                    nameof(IRequestActivities.InstallAsync),
                    nameof(IRequestActivities.ConcludeRequestAsync),
                    nameof(IRequestActivities.SplitTaskAsync),
                    nameof(IRequestActivities.AddTasksAsync),
                    nameof(IMergeQueueActivities.MergeBatchAsync),
                    nameof(IMergeQueueActivities.LandBatchAsync),
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
