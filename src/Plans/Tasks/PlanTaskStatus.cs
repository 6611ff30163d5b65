namespace Orchestrator.Plans;

/// <summary>Status of a task in the plan file, which is independent of the task's state in a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanTaskStatus>))]
public enum PlanTaskStatus
{
    [JsonStringEnumMemberName("pending")]
    Pending,

    [JsonStringEnumMemberName("in_progress")]
    InProgress,

    [JsonStringEnumMemberName("completed")]
    Completed,

    [JsonStringEnumMemberName("blocked")]
    Blocked,

    [JsonStringEnumMemberName("failed")]
    Failed,

    [JsonStringEnumMemberName("skipped")]
    Skipped,
}
