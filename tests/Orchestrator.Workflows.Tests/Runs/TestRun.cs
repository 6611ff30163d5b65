using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Tests.Runs;

/// <summary>The state of a run in the middle of its work, without Temporal.</summary>
internal static class TestRun
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static RunWorkflowState Of(params TaskOutline[] tasks) => Of(new OrchestrationInput(), tasks);

    public static RunWorkflowState Of(OrchestrationInput input, params TaskOutline[] tasks)
    {
        var state = new RunWorkflowState("run-1", input, Now, CancellationToken.None)
        {
            Plan = new PlanOutline { Rules = new RunWorkflowSettings() },
        };
        state.Run = state.Run with { Workers = 2 };
        state.Board.Add(tasks, Now);
        state.TransitionTo(RunStateNames.Executing, null, Now);
        return state;
    }

    public static TaskOutline Task(string id, params string[] dependsOn) => new() { Id = id, DependsOn = dependsOn };

    public static PlanTaskWithProgress Start(RunWorkflowState state, string id)
    {
        var entry = state.Board.Find(id);
        state.Board.Started(entry, Now);
        return entry;
    }

    /// <summary>A task tells where it is.</summary>
    public static void Report(RunWorkflowState state, string id, string to, Func<TaskReport, TaskReport>? more = null)
    {
        var entry = state.Board.Find(id);
        var report = new TaskReport
        {
            Progress = entry.Progress.MovedTo(to, null, Now),
            ExecutionId = $"{id}-{entry.State.PastExecutions.Count}",
            Sequence = entry.State.ReportSequence + 1,
        };
        TaskWorkflowReportHandler.HandleReport(state, more?.Invoke(report) ?? report, Now);
    }

    public static IReadOnlyList<string> Ids(IEnumerable<PlanTaskWithProgress> entries) => [.. entries.Select(e => e.Id)];
}
