namespace Orchestrator.Messages;

/// <summary>Names of activities, as a server tells them: the SDK leaves <c>Async</c> at the end of a method's name out.</summary>
public static class ActivityNames
{
    /// <summary>By this one a task has a place on a host.</summary>
    public static string HoldPlace { get; } = Of(nameof(IPlaceActivities.HoldPlaceAsync));

    /// <summary>This one writes a run's record to its folder.</summary>
    public static string RecordProgress { get; } = Of(nameof(IRunActivities.RecordProgressAsync));

    private static string Of(string method) => method[..^"Async".Length];
}
