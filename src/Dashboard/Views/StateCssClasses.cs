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
    public static string Of(RunTask task) =>
        task.Paused && !TaskStates.IsEnd(task.State) ? Warn
        : TaskStates.IsGoodEnd(task.State) || TaskStates.IsReviewEnd(task.State) || task.State == TaskStates.Planned ? Good
        : task.State is TaskStates.Failed or TaskStates.Escalated ? Bad
        : task.State is TaskStates.Blocked or TaskStates.AwaitingApproval or TaskStates.Parked ? Warn
        : task.State is TaskStates.Pending || TaskStates.IsEnd(task.State) ? Still
        : Work;

    /// <summary>Returns the CSS class for a run, which must include all its tasks.</summary>
    public static string Of(RunStatus run) =>
        run.State == RunStates.Executing && RunLiveness.IsParked(run) ? Warn : Of(run.State, run.Standing ?? RunLiveness.Of(run));

    /// <summary>Returns the CSS class for a run with this state and liveness.</summary>
    public static string Of(string state, string standing) =>
        state == RunStates.Completed ? Good
        : state is RunStates.Failed or RunStates.Terminated || (state == RunStates.Escalated) ? Bad
        : standing is RunLiveness.NeedsPerson or RunLiveness.Interrupted or RunLiveness.Paused ? Warn
        : standing == RunLiveness.Ended ? Still
        : Work;
}
