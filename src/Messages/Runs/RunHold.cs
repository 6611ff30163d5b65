namespace Orchestrator.Messages;

/// <summary>A hold: no agents are started.</summary>
/// <param name="Run">The run; empty: all runs of the user on that machine.</param>
/// <param name="Repository">Absolute path of its repository; empty for all.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">The person.</param>
/// <param name="Since">Since when.</param>
public sealed record RunHold(
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("since")] DateTimeOffset Since
);
