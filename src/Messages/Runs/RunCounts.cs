using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>States of a run's tasks, counted in one place for all displays. The planner and the review do not count, and tasks that were
/// not asked for are counted separately.</summary>
public sealed record RunCounts
{
    /// <summary>Tasks that the run was asked to do.</summary>
    [JsonPropertyName("asked")]
    public int Asked { get; init; }

    /// <summary>The tasks whose work is in a commit on staging.</summary>
    [JsonPropertyName("merged")]
    public int Merged { get; init; }

    /// <summary>The tasks whose verified work stays on a branch each, as asked.</summary>
    [JsonPropertyName("kept")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Kept { get; init; }

    /// <summary>Done by a person, by commits on staging.</summary>
    [JsonPropertyName("resolved")]
    public int Resolved { get; init; }

    /// <summary>Skipped by a person.</summary>
    [JsonPropertyName("waived")]
    public int Waived { get; init; }

    /// <summary>Replaced by other tasks of the run, after they did not end well.</summary>
    [JsonPropertyName("superseded")]
    public int Superseded { get; init; }

    /// <summary>Not started, because a dependency did not end well.</summary>
    [JsonPropertyName("skipped")]
    public int Skipped { get; init; }

    /// <summary>Failed, or escalated to a person.</summary>
    [JsonPropertyName("failed")]
    public int Failed { get; init; }

    [JsonPropertyName("cancelled")]
    public int Cancelled { get; init; }

    /// <summary>Not ended yet.</summary>
    [JsonPropertyName("open")]
    public int Open { get; init; }

    /// <summary>Open tasks that an agent or a gate works on, or that are being merged.</summary>
    [JsonPropertyName("atWork")]
    public int AtWork { get; init; }

    /// <summary>Open tasks that wait for a person.</summary>
    [JsonPropertyName("needPerson")]
    public int NeedPerson { get; init; }

    /// <summary>Tasks that were not asked for; not part of <see cref="Asked"/>.</summary>
    [JsonPropertyName("notAsked")]
    public int NotAsked { get; init; }

    /// <summary>Counts the tasks of a run.</summary>
    /// <param name="run">The run with all of its tasks.</param>
    public static RunCounts Of(RunStatus run)
    {
        var counts = new RunCounts();
        foreach (
            var task in run.Tasks.Where(task =>
                task.Id is not (ReviewTask.Id or ReplanTask.Id) && (!run.HasPlanner || task.Id != PlannerTask.Id)
            )
        )
        {
            counts = task.State switch
            {
                TaskStates.NotAsked => counts with { NotAsked = counts.NotAsked + 1 },
                _ => Count(counts with { Asked = counts.Asked + 1 }, task),
            };
        }
        return counts;
    }

    /// <summary>A short form: <c>2/4 merged, 1 failed</c>.</summary>
    public string Brief() => Say(string.Create(CultureInfo.InvariantCulture, $"{Merged + Kept}/{Asked} {How}"));

    /// <summary>The counts as text: <c>2 of 4 tasks merged, 1 waived, 1 failed</c>; empty before there are tasks.</summary>
    public override string ToString() => Say(Counted(Merged + Kept, $"of {Plural.Of(Asked, "task")} {How}"));

    // A run merges its tasks, or keeps the branch of each.
    private string How => Kept > 0 ? "on branches" : "merged";

    private string Say(string merged)
    {
        List<string> said = Asked > 0 ? [merged] : [];
        Add(Resolved, "resolved");
        Add(Waived, "waived");
        Add(Superseded, "superseded");
        Add(Failed, "failed");
        Add(Skipped, "skipped");
        Add(Cancelled, "cancelled");
        Add(NeedPerson, Plural.Form(NeedPerson, "needs a person", "need a person"));
        Add(NotAsked, "not asked for");
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

    private static RunCounts Count(RunCounts counts, RunTask task) =>
        task.State switch
        {
            TaskStates.Merged => counts with { Merged = counts.Merged + 1 },
            TaskStates.Kept => counts with { Kept = counts.Kept + 1 },
            TaskStates.Resolved => counts with { Resolved = counts.Resolved + 1 },
            TaskStates.Waived => counts with { Waived = counts.Waived + 1 },
            TaskStates.Superseded => counts with { Superseded = counts.Superseded + 1 },
            TaskStates.Skipped => counts with { Skipped = counts.Skipped + 1 },
            TaskStates.Failed or TaskStates.Escalated => counts with { Failed = counts.Failed + 1 },
            TaskStates.Cancelled => counts with { Cancelled = counts.Cancelled + 1 },
            _ => counts with
            {
                Open = counts.Open + 1,
                AtWork = counts.AtWork + (IsAtWork(task) ? 1 : 0),
                NeedPerson = counts.NeedPerson + (task.State is TaskStates.Blocked or TaskStates.AwaitingApproval ? 1 : 0),
            },
        };

    /// <summary>True for a task that has its slot and does nothing now: its agent is held, is started again later, or waits for a
    /// host.</summary>
    public static bool IsHeldBack(RunTask task) => task.Why is AgentHeld or AgentStartsAgain or WaitsForHost;

    private static bool IsAtWork(RunTask task) =>
        !IsHeldBack(task)
        && !task.Paused
        && task.State != TaskStates.Queued
        && (TaskStates.HoldsSlot(task.State) || task.State == TaskStates.Merging);
}
