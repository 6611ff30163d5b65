using Orchestrator.Plans;
using Temporalio.Common;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Priority keys for the activities of a run in Temporal's task queues, where 1 is the highest priority. The keys order activities that are
/// waiting for the same worker.
/// </summary>
internal static class ActivityPrioritySelector
{
    /// <summary>Priority key of landings and answers, for which a user or the whole run is waiting.</summary>
    public const int Landing = 1;

    /// <summary>Priority key of gate activities. Gates take precedence because they complete the work of a task.</summary>
    public const int Gates = 2;

    /// <summary>Priority key of agents and all other activities.</summary>
    public const int Agents = 3;

    /// <summary>Priority key of record keeping and cleanup, for which nothing else is waiting.</summary>
    public const int Housekeeping = 5;

    private static readonly Dictionary<string, int> Keys = new(StringComparer.Ordinal)
    {
        [nameof(IRunActivities.LandAsync)] = Landing,
        [nameof(IRunActivities.LookAtFixAsync)] = Landing,
        [nameof(IRunActivities.VerifyFixAsync)] = Landing,
        [nameof(IRunActivities.AbortAsync)] = Landing,
        [nameof(IUsageActivities.IncreaseBudgetAsync)] = Landing,
        [nameof(IRequestActivities.JudgeRequestAsync)] = Landing,
        [nameof(IRequestActivities.ConcludeRequestAsync)] = Landing,
        [nameof(IAnswerActivities.JudgeAnswerAsync)] = Landing,
        [nameof(IMergeQueueActivities.LandBatchAsync)] = Landing,
        [nameof(IMergeQueueActivities.MergeBatchAsync)] = Gates,
        [nameof(IMergeQueueActivities.BuildBatchAsync)] = Gates,
        [nameof(IMergeQueueActivities.LocateWorkAsync)] = Gates,
        [nameof(IMergeQueueActivities.GateBatchAsync)] = Gates,
        [nameof(ITaskActivities.VerifyTaskAsync)] = Gates,
        [nameof(IRunActivities.RecordProgressAsync)] = Housekeeping,
        [nameof(IRunActivities.StoreCheckpointAsync)] = Housekeeping,
        [nameof(IRunActivities.TellLeasesAsync)] = Housekeeping,
        [nameof(IRunActivities.FindEndedRunsAsync)] = Housekeeping,
    };

    /// <summary>Returns the priority key of an activity.</summary>
    /// <param name="activity">Name of the activity, without <c>Async</c>.</param>
    public static int Of(string activity) => Keys.GetValueOrDefault($"{activity}Async", Agents);

    /// <summary>
    /// Returns the priority of a slot request. The slot queue contains no other activities, so the run's own priority and weight determine
    /// which run's task gets the next free slot.
    /// </summary>
    public static Priority OfSlot(string runId, RunWorkflowSettings rules) =>
        new(RunPriority.ToTaskQueueKey(rules.Priority), RunIds.FairnessKey(runId), Math.Max(1, rules.Weight));

    /// <summary>Returns the priority key of a child workflow. The merge queue comes first, because landing depends on it.</summary>
    /// <param name="workflow">Type of the workflow.</param>
    public static int OfChild(string workflow) => workflow == nameof(IMergeTrainWorkflow)[1..] ? Landing : Agents;
}
