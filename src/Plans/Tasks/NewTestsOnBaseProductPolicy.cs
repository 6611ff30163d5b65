namespace Orchestrator.Plans;

/// <summary>Policy for the proof that a task's new and changed tests fail without the task's change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NewTestsOnBaseProductPolicy>))]
public enum NewTestsOnBaseProductPolicy
{
    /// <summary>Runs the new and changed tests without the change and reports the result.</summary>
    [JsonStringEnumMemberName("report")]
    Report,

    /// <summary>Returns the task to its agent if all new and changed tests pass without the change.</summary>
    [JsonStringEnumMemberName("required")]
    Required,

    /// <summary>Skips the proof, so that no tests are run without the change.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
}
