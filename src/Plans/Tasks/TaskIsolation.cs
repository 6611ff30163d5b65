namespace Orchestrator.Plans;

/// <summary>Isolation of an agent from the rest of the host.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskIsolation>))]
public enum TaskIsolation
{
    /// <summary>A separate git worktree.</summary>
    [JsonStringEnumMemberName("worktree")]
    Worktree,

    /// <summary>A separate worktree, with the agent confined by a sandbox program. The run is refused if none is available.</summary>
    [JsonStringEnumMemberName("sandbox")]
    Sandbox,
}
