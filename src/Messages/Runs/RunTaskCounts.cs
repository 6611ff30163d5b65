using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>
/// Counts of a run's tasks by state, computed in one place so that all displays agree. Excludes the planner, replannings and the review.
/// Tasks that were not requested are counted separately.
/// </summary>
public sealed record RunTaskCounts
{
    /// <summary>Number of requested tasks.</summary>
    [JsonPropertyName("asked")]
    public int Asked { get; init; }

    /// <summary>Number of tasks whose work is on the staging branch.</summary>
    [JsonPropertyName("merged")]
    public int Merged { get; init; }

    /// <summary>Number of tasks whose verified work is retained on separate branches, as the run's landing mode requires.</summary>
    [JsonPropertyName("kept")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Kept { get; init; }

    /// <summary>Number of tasks that a user resolved with commits on the staging branch.</summary>
    [JsonPropertyName("resolved")]
    public int Resolved { get; init; }

    /// <summary>Number of tasks skipped by a user.</summary>
    [JsonPropertyName("waived")]
    public int Waived { get; init; }

    /// <summary>Number of tasks that did not succeed and were replaced by other tasks of the run.</summary>
    [JsonPropertyName("superseded")]
    public int Superseded { get; init; }

    /// <summary>Number of tasks that were not started because a dependency did not succeed.</summary>
    [JsonPropertyName("skipped")]
    public int Skipped { get; init; }

    /// <summary>Number of tasks that failed or were escalated to a user.</summary>
    [JsonPropertyName("failed")]
    public int Failed { get; init; }

    [JsonPropertyName("cancelled")]
    public int Cancelled { get; init; }

    /// <summary>Number of tasks that have not ended.</summary>
    [JsonPropertyName("open")]
    public int Open { get; init; }

    /// <summary>Number of open tasks that are being prepared, worked on, verified or merged.</summary>
    [JsonPropertyName("atWork")]
    public int AtWork { get; init; }

    /// <summary>Number of open tasks that are blocked or waiting for an approval.</summary>
    [JsonPropertyName("needPerson")]
    public int NeedPerson { get; init; }

    /// <summary>Number of tasks that were not requested; not included in <see cref="Asked"/>.</summary>
    [JsonPropertyName("notAsked")]
    public int NotAsked { get; init; }

    /// <summary>Counts a run's tasks by state.</summary>
    /// <param name="run">Status that contains all tasks of the run.</param>
    public static RunTaskCounts Of(RunStatus run)
    {
        var counts = new RunTaskCounts();
        foreach (
            var task in run.Tasks.Where(task =>
                task.Id is not (ReviewTaskDefinition.Id or ReplanTaskDefinition.Id)
                && (!run.HasPlanner || task.Id != PlannerTaskDefinition.Id)
            )
        )
        {
            counts = task.State switch
            {
                TaskStateNames.NotAsked => counts with { NotAsked = counts.NotAsked + 1 },
                _ => Count(counts with { Asked = counts.Asked + 1 }, task),
            };
        }
        // The recorded states are from the last process, and no process works on an abandoned run.
        return run.Abandoned is true ? counts with { AtWork = 0 } : counts;
    }

    /// <summary>Formats the counts briefly, for example as <c>2/4 merged, 1 failed</c>.</summary>
    public string FormatShort() => FormatCounts(string.Create(CultureInfo.InvariantCulture, $"{Merged + Kept}/{Asked} {How}"));

    /// <summary>
    /// Formats the counts, for example as <c>2 of 4 tasks merged, 1 waived, 1 failed</c>; empty before the run has tasks.
    /// </summary>
    public override string ToString() => FormatCounts(Counted(Merged + Kept, $"of {Plural.Of(Asked, "task")} {How}"));

    // A run either merges its tasks or retains a branch for each.
    private string How => Kept > 0 ? "on branches" : "merged";

    private string FormatCounts(string merged)
    {
        List<string> said = Asked > 0 ? [merged] : [];
        Add(Resolved, "resolved");
        Add(Waived, "waived");
        Add(Superseded, "superseded");
        Add(Failed, "failed");
        Add(Skipped, "skipped");
        Add(Cancelled, "cancelled");
        Add(NeedPerson, Plural.Form(NeedPerson, "needs attention", "need attention"));
        Add(NotAsked, "not requested");
        return string.Join(", ", said);

        void Add(int count, string what)
        {
            if (count > 0)
            {
                said.Add(Counted(count, what));
            }
        }
    }

    private static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");

    private static RunTaskCounts Count(RunTaskCounts counts, RunTaskStatus task) =>
        task.State switch
        {
            TaskStateNames.Merged => counts with { Merged = counts.Merged + 1 },
            TaskStateNames.Kept => counts with { Kept = counts.Kept + 1 },
            TaskStateNames.Resolved => counts with { Resolved = counts.Resolved + 1 },
            TaskStateNames.Waived => counts with { Waived = counts.Waived + 1 },
            TaskStateNames.Superseded => counts with { Superseded = counts.Superseded + 1 },
            TaskStateNames.Skipped => counts with { Skipped = counts.Skipped + 1 },
            TaskStateNames.Failed or TaskStateNames.Escalated => counts with { Failed = counts.Failed + 1 },
            TaskStateNames.Cancelled => counts with { Cancelled = counts.Cancelled + 1 },
            _ => counts with
            {
                Open = counts.Open + 1,
                AtWork = counts.AtWork + (IsAtWork(task) ? 1 : 0),
                NeedPerson = counts.NeedPerson + (task.State is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval ? 1 : 0),
            },
        };

    /// <summary>
    /// True if a task occupies a slot but is idle, because its agent is held, will restart later, or is waiting for a host.
    /// </summary>
    public static bool IsHeldBack(RunTaskStatus task) =>
        task.Why is AgentStartsHeldReason or AgentRestartPendingReason or WaitingForHostSlotReason;

    private static bool IsAtWork(RunTaskStatus task) =>
        !IsHeldBack(task)
        && !task.Paused
        && task.State != TaskStateNames.Queued
        && (TaskStateNames.HoldsSlot(task.State) || task.State == TaskStateNames.Merging);
}
