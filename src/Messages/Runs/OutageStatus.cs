namespace Orchestrator.Messages;

/// <summary>Outage of an account or of the host.</summary>
/// <param name="Account">Name of the account's agent; empty for the host.</param>
/// <param name="Why">Reason shown for the tasks that wait, or null if there is none.</param>
/// <param name="Until">Time at which a usage limit resets; null if unknown, or if the outage is not a usage limit.</param>
public sealed record OutageStatus(
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("why")] Reason? Why,
    [property: JsonPropertyName("until")] DateTimeOffset? Until
)
{
    /// <summary>The reason in <see cref="Why"/> as text; empty if it is null.</summary>
    [JsonPropertyName("reason")]
    public string Reason => StatusReasonFormatter.Of(Why);
}
