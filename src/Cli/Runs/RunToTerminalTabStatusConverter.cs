using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Converts a run to status records that a terminal shows (program status protocol, OSC 7501). The run has one record, and so does each
/// task that is running or needs attention.
/// </summary>
internal static class RunToTerminalTabStatusConverter
{
    /// <summary>Maximum number of tasks that have a record. Terminals keep at most 256 records.</summary>
    private const int MostTasks = 100;

    /// <summary>Returns the records. The record of the run comes first.</summary>
    public static IReadOnlyList<TerminalTabStatusRecord> Of(RunStatus run)
    {
        var done = run.Tasks.Count(task => TaskStateNames.IsDone(task.State));
        var count = Math.Max(1, run.TaskCount);
        var isFinal = RunStateNames.IsFinal(run.State);
        var root = new TerminalTabStatusRecord(
            run.RunId,
            run.State == RunStateNames.Completed ? "done"
                : isFinal ? "error"
                : run.Questions.Count > 0 || RunExitCode.CodeOf(run) == UseCaseOutcome.NeedsPerson ? "blocked"
                : "working",
            string.Create(CultureInfo.InvariantCulture, $"{run.State}, {done} of {Plural.Of(run.TaskCount, "task")} done")
        )
        {
            Progress = Math.Min(100, done * 100 / count),
            Kind = run.Questions.Count > 0 ? "question" : null,
        };
        return [root, .. isFinal ? [] : run.Tasks.Select(task => OfTask(run, task)).OfType<TerminalTabStatusRecord>().Take(MostTasks)];
    }

    private static TerminalTabStatusRecord? OfTask(RunStatus run, RunTaskStatus task)
    {
        var state = task.State switch
        {
            TaskStateNames.Blocked or TaskStateNames.AwaitingApproval => "blocked",
            TaskStateNames.Failed or TaskStateNames.Escalated => "error",
            TaskStateNames.Merging => "working",
            _ => TaskStateNames.HoldsSlot(task.State) && !RunTaskCounts.IsHeldBack(task) ? "working" : null,
        };
        return state is null
            ? null
            : new TerminalTabStatusRecord($"{run.RunId}/{task.Id}", state, $"{task.State}: {task.Title}")
            {
                Kind = state == "blocked" ? "question" : null,
            };
    }
}
