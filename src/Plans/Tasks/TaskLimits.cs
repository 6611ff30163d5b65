namespace Orchestrator.Plans;

/// <summary>Resource limits of a task's agent. A member that is null: the run's limit; 0: none, whatever the run's is.</summary>
public sealed record TaskLimits
{
    /// <summary>Bytes of memory that the agent and its processes may use.</summary>
    [JsonPropertyName("memory")]
    public long? Memory { get; init; }

    /// <summary>Cores that they may use on average.</summary>
    [JsonPropertyName("cpu")]
    public double? Cpu { get; init; }
}
