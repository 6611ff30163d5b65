namespace Orchestrator.Plans;

/// <summary>Resource limits of a task's agent. For each member, null means the run's limit and 0 means no limit.</summary>
public sealed record TaskLimits
{
    /// <summary>Maximum memory of the agent and its processes, in bytes.</summary>
    [JsonPropertyName("memory")]
    public long? Memory { get; init; }

    /// <summary>Maximum number of CPU cores that the agent and its processes may use on average.</summary>
    [JsonPropertyName("cpu")]
    public double? Cpu { get; init; }
}
