namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Divides a task that is too large into parts, which become tasks of the run. The divided task continues when all its parts have ended, so
/// its dependents wait for all of them.
/// </summary>
internal sealed class TaskDivisionHandler(RunWorkflowComponentContext context, TaskWorkflowMessageSender messenger)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>True if a task must be divided, or if a divided task must be notified that all its parts have ended.</summary>
    public bool HasStep => ToDivide is not null || ToTell is not null;

    private PlanTaskWithProgress? ToDivide => Waiting.FirstOrDefault(e => e.Progress.Parts is []);

    private PlanTaskWithProgress? ToTell =>
        Waiting.FirstOrDefault(e => e.Progress.Parts is [_, ..] parts && parts.All(id => _state.Board.Find(id).HasEnded));

    /// <summary>Divided tasks that are waiting for their parts. Excludes tasks that were notified and have not reported since.</summary>
    private IEnumerable<PlanTaskWithProgress> Waiting =>
        _state.Board.AtWork.Where(e => e.Progress.Parts is not null && !e.State.AnswerSent);

    /// <summary>Divides the tasks that must be divided, and notifies divided tasks whose parts have all ended.</summary>
    public async Task ExecutePendingAsync()
    {
        while (ToDivide is { } entry)
        {
            await DivideAsync(entry);
        }
        while (ToTell is { } entry)
        {
            var parts = entry.Progress.Parts!.Select(_state.Board.Find);
            await NotifyTaskAsync(entry, string.Join("; ", parts.Select(Describe)));
        }
    }

    private async Task DivideAsync(PlanTaskWithProgress entry)
    {
        var split = new SplitTaskInput(_state.RunId, _state.Repository, _state.Plan.Hash, entry.Id, entry.Progress.LastStart)
        {
            SaidHash = entry.Progress.SaidHash ?? "",
        };
        var (made, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IRequestActivities a) => a.SplitTaskAsync(split), context.Short)
        );
        if (made is not { Tasks.Count: > 0 })
        {
            _state.Journal.Note(
                entry.Id,
                entry.Progress.State,
                new TaskNotDividedReason(made is null ? new VerbatimQuote(why) : null),
                RunWorkflowComponentContext.Now
            );
            await NotifyTaskAsync(entry, $"the task has no parts: {(made is null ? why : "the proposal is missing")}");
            return;
        }
        _state.Plan = _state.Plan with { Hash = made.PlanHash, TaskCount = _state.Plan.TaskCount + made.Tasks.Count };
        _state.Board.Add(made.Tasks, RunWorkflowComponentContext.Now);
        entry.Progress = entry.Progress with { Parts = [.. made.Tasks.Select(task => task.Id)] };
        _state.Journal.Note(entry.Id, entry.Progress.State, new TaskDividedReason(entry.Progress.Parts), RunWorkflowComponentContext.Now);
        _state.Run = _state.Run with { TaskCount = _state.Board.Entries.Count };
    }

    private Task NotifyTaskAsync(PlanTaskWithProgress entry, string summary)
    {
        entry.State = entry.State with { AnswerSent = true };
        return messenger.SendAsync(entry.Id, t => t.PartsDoneAsync(PayloadSizeLimiter.Shorten(summary)));
    }

    private static string Describe(PlanTaskWithProgress part)
    {
        var progress = part.Progress;
        var why = TaskStateNames.IsDone(progress.State) ? "" : $": {progress.Reason}";
        return $"{part.Id} ({part.Outline.Title}) is {progress.State}{why}";
    }
}
