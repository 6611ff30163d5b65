namespace Orchestrator.Plans;

/// <summary>Policy for the proof that a task's new and changed tests fail without its change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProveRed>))]
public enum ProveRed
{
    /// <summary>Runs the tests without the change and reports the result.</summary>
    [JsonStringEnumMemberName("report")]
    Report,

    /// <summary>Returns the task to its agent if all new and changed tests pass without the change.</summary>
    [JsonStringEnumMemberName("required")]
    Required,

    /// <summary>Does not run the tests without the change.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
}
