namespace Orchestrator.Plans;

/// <summary>Isolation of an agent from the rest of the machine.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskIsolation>))]
public enum TaskIsolation
{
    /// <summary>A separate git worktree.</summary>
    [JsonStringEnumMemberName("worktree")]
    Worktree,

    /// <summary>A separate worktree, and a sandbox program around the agent; refused where there is none.</summary>
    [JsonStringEnumMemberName("sandbox")]
    Sandbox,
}
