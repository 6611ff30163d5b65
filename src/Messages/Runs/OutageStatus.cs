namespace Orchestrator.Messages;

/// <summary>An account, or the machine, that does not work.</summary>
/// <param name="Account">Name of the account's agent; empty: the machine.</param>
/// <param name="Why">What its tasks were told; null: nothing.</param>
/// <param name="Until">When a usage limit is reset; null where that is unknown, or it is no usage limit.</param>
public sealed record OutageStatus(
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("why")] Reason? Why,
    [property: JsonPropertyName("until")] DateTimeOffset? Until
)
{
    /// <summary><see cref="Why"/> in words; empty where there are none.</summary>
    [JsonPropertyName("reason")]
    public string Reason => ReasonText.Of(Why);
}
