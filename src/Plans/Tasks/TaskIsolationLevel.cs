namespace Orchestrator.Plans;

/// <summary>Isolation of an agent from the rest of the host.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskIsolationLevel>))]
public enum TaskIsolationLevel
{
    /// <summary>The agent works in a separate git worktree.</summary>
    [JsonStringEnumMemberName("worktree")]
    Worktree,

    /// <summary>
    /// The agent works in a separate git worktree and is confined by a sandbox program. The run is refused if no such program is available.
    /// </summary>
    [JsonStringEnumMemberName("sandbox")]
    Sandbox,
}
