namespace Orchestrator.Messages;

/// <summary>An activity of a run or task that fails repeatedly, or a request for a host slot that no host has granted.</summary>
/// <param name="Task">The task; empty for an activity of the run itself.</param>
/// <param name="Activity">Name of the activity, such as <c>VerifyTask</c>.</param>
/// <param name="Attempt">The current or next attempt, from 1.</param>
/// <param name="Message">Failure of the last attempt.</param>
public sealed record FailingActivityStatus(string Task, string Activity, int Attempt, string Message)
{
    /// <summary>
    /// Number of hosts whose slots suit a slot request but are all taken; 0 if no host offers a suitable slot. Null if unknown, or for
    /// other activities.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Hosts { get; init; }
}
