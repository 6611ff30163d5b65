namespace Orchestrator.Plans;

/// <summary>How far an agent is kept apart from the rest of the machine.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskIsolation>))]
public enum TaskIsolation
{
    /// <summary>A git worktree of its own.</summary>
    [JsonStringEnumMemberName("worktree")]
    Worktree,

    /// <summary>A worktree of its own, and a sandbox program around the agent; refused where there is none.</summary>
    [JsonStringEnumMemberName("sandbox")]
    Sandbox,
}
