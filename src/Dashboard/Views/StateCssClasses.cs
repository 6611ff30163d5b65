namespace Orchestrator.Dashboard.Views;

/// <summary>CSS classes that color states. Each colored element also shows the state's name.</summary>
internal static class StateCssClasses
{
    private const string Good = "good";
    private const string Bad = "bad";
    private const string Warn = "warn";
    private const string Work = "work";
    private const string Still = "still";

    /// <summary>Returns the CSS class for a task's state.</summary>
    public static string Of(RunTaskStatus task) =>
        task.Paused && !TaskStateNames.IsEnd(task.State) ? Warn
        : TaskStateNames.IsGoodEnd(task.State) || TaskStateNames.IsReviewEnd(task.State) || task.State == TaskStateNames.Planned ? Good
        : task.State is TaskStateNames.Failed or TaskStateNames.Escalated ? Bad
        : task.State is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval or TaskStateNames.Parked ? Warn
        : task.State is TaskStateNames.Pending || TaskStateNames.IsEnd(task.State) ? Still
        : Work;

    /// <summary>Returns the CSS class for the state of a run. The given status must include all tasks of the run.</summary>
    public static string Of(RunStatus run) =>
        run.State == RunStateNames.Executing && RunLivenessClassifier.IsParked(run)
            ? Warn
            : Of(run.State, run.Standing ?? RunLivenessClassifier.Of(run));

    /// <summary>Returns the CSS class for a run with this state and liveness.</summary>
    public static string Of(string state, string standing) =>
        state == RunStateNames.Completed ? Good
        : state is RunStateNames.Failed or RunStateNames.Terminated || (state == RunStateNames.Escalated) ? Bad
        : standing is RunLivenessClassifier.NeedsPerson or RunLivenessClassifier.Interrupted or RunLivenessClassifier.Paused ? Warn
        : standing == RunLivenessClassifier.Ended ? Still
        : Work;
}
