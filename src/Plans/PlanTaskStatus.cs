namespace Orchestrator.Plans;

/// <summary>Where a plan says that a task stands; not its state in a run.</summary>
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
