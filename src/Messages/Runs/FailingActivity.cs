namespace Orchestrator.Messages;

/// <summary>An activity of a run or of a task that fails again and again, or a place that no host has for a task.</summary>
/// <param name="Task">The task; empty for a step of the run itself.</param>
/// <param name="Activity">Name of the step, such as <c>VerifyTask</c>.</param>
/// <param name="Attempt">The attempt that is under way or comes next, from 1.</param>
/// <param name="Message">How the last one failed.</param>
public sealed record FailingActivity(string Task, string Activity, int Attempt, string Message)
{
    /// <summary>For a place: hosts that offer such ones, all of which are taken; 0: no host does. Null: that is not known, or the step is
    /// another one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Hosts { get; init; }
}
