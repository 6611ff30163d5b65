namespace Orchestrator.Messages;

/// <summary>An account, or the machine, that does not work.</summary>
/// <param name="Account">Name of the account's agent; empty: the machine.</param>
/// <param name="Reason">What its tasks were told, in a sentence.</param>
/// <param name="Until">When a usage limit is reset; null where that is unknown, or it is no usage limit.</param>
public sealed record OutageStatus(
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("until")] DateTimeOffset? Until
);
