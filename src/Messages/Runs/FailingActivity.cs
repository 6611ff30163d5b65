namespace Orchestrator.Messages;

/// <summary>An activity of a run or of a task that fails again and again.</summary>
/// <param name="Task">The task; empty for a step of the run itself.</param>
/// <param name="Activity">Name of the step, such as <c>VerifyTask</c>.</param>
/// <param name="Attempt">The attempt that is under way or comes next, from 1.</param>
/// <param name="Message">How the last one failed.</param>
public sealed record FailingActivity(string Task, string Activity, int Attempt, string Message);
