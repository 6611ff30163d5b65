namespace Orchestrator.Plans;

/// <summary>What a task's agent may use of the machine. A member that is null: the run's limit; 0: none, whatever the run's is.</summary>
public sealed record TaskLimits
{
    /// <summary>Bytes of memory that the agent and all it starts may hold.</summary>
    [JsonPropertyName("memory")]
    public long? Memory { get; init; }

    /// <summary>Cores that they may use on average.</summary>
    [JsonPropertyName("cpu")]
    public double? Cpu { get; init; }
}
