using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Converts a run to records of the program status protocol. The run gets one record, and so does each task that is running or needs
/// attention.
/// </summary>
internal static class RunProgramStatus
{
    /// <summary>Maximum number of tasks with a record. Terminals keep 256 records.</summary>
    private const int MostTasks = 100;

    /// <summary>Returns the records. The record of the run comes first.</summary>
    public static IReadOnlyList<TerminalProgramStatus> Of(RunStatus run)
    {
        var done = run.Tasks.Count(task => TaskStates.IsDone(task.State));
        var count = Math.Max(1, run.TaskCount);
        var isFinal = RunStates.IsFinal(run.State);
        var root = new TerminalProgramStatus(
            run.RunId,
            run.State == RunStates.Completed ? "done"
                : isFinal ? "error"
                : run.Questions.Count > 0 || RunExitCode.CodeOf(run) == Outcome.NeedsPerson ? "blocked"
                : "working",
            string.Create(CultureInfo.InvariantCulture, $"{run.State}, {done} of {Plural.Of(run.TaskCount, "task")} done")
        )
        {
            Progress = Math.Min(100, done * 100 / count),
            Kind = run.Questions.Count > 0 ? "question" : null,
        };
        return [root, .. isFinal ? [] : run.Tasks.Select(task => OfTask(run, task)).OfType<TerminalProgramStatus>().Take(MostTasks)];
    }

    private static TerminalProgramStatus? OfTask(RunStatus run, RunTask task)
    {
        var state = task.State switch
        {
            TaskStates.Blocked or TaskStates.AwaitingApproval => "blocked",
            TaskStates.Failed or TaskStates.Escalated => "error",
            TaskStates.Merging => "working",
            _ => TaskStates.HoldsSlot(task.State) && !RunCounts.IsHeldBack(task) ? "working" : null,
        };
        return state is null
            ? null
            : new TerminalProgramStatus($"{run.RunId}/{task.Id}", state, $"{task.State}: {task.Title}")
            {
                Kind = state == "blocked" ? "question" : null,
            };
    }
}
