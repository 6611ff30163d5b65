namespace Orchestrator.Plans;

/// <summary>Policy for the proof that a task's new and changed tests fail without its change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RedProofPolicy>))]
public enum RedProofPolicy
{
    /// <summary>Run the tests without the change and report the result.</summary>
    [JsonStringEnumMemberName("report")]
    Report,

    /// <summary>Return the task to its agent if all new and changed tests pass without the change.</summary>
    [JsonStringEnumMemberName("required")]
    Required,

    /// <summary>Do not run the tests without the change.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
}
