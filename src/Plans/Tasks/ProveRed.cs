namespace Orchestrator.Plans;

/// <summary>The weight of the proof that a task's new and changed tests fail without its change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProveRed>))]
public enum ProveRed
{
    /// <summary>The tests are run without the change, and the result is reported.</summary>
    [JsonStringEnumMemberName("report")]
    Report,

    /// <summary>A task none of whose new and changed tests fails goes back to its agent.</summary>
    [JsonStringEnumMemberName("required")]
    Required,

    /// <summary>The tests are not run without the change.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
}
