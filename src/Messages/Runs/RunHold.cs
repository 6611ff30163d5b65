namespace Orchestrator.Messages;

/// <summary>A hold, which prevents agents from starting.</summary>
/// <param name="Run">The run; empty for all runs of the user on that host.</param>
/// <param name="Repository">Absolute path of the run's repository; empty for all.</param>
/// <param name="Reason">The reason.</param>
/// <param name="By">The user.</param>
/// <param name="Since">Time at which the hold started.</param>
public sealed record RunHold(
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("since")] DateTimeOffset Since
);
