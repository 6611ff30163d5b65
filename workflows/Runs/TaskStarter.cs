namespace Orchestrator.Workflows.Runs;

/// <summary>Starts the workflows of tasks and waits for their results.</summary>
internal sealed class TaskStarter(RunContext context, TaskTakeOver takeOver, TaskMessenger messenger)
{
    /// <summary>
    /// Delay before a task's workflow is started again, if its id is still in use. Doubles with each attempt, up to 30 seconds in total.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);

    /// <summary>Patch id: one activity runs the agent of a task and verifies the work.</summary>
    private const string VerifiesAtOnce = "verifies-at-once";

    private readonly RunState _state = context.State;

    /// <summary>Marks the task as running, and starts its workflow in the background.</summary>
    public void Start(TaskBoardEntry entry)
    {
        _state.Outages.Started(entry.Outline);
        _state.Board.Started(entry, RunContext.Now);
        var input = InputFor(entry, entry.Id == ReviewTask.Id ? ReviewRounds.Begin(_state) : null);
        entry.State = entry.State with { Guidance = "", MayReuse = false };
        _state.PausedAlone.Remove(entry.Id);
        context.Background.Begin(context.Calls.TrackAsync(() => StartAsync(entry, input)));
    }

    private TaskInput InputFor(TaskBoardEntry entry, ReviewRound? review) =>
        new()
        {
            RunId = _state.RunId,
            Repository = _state.Repository,
            PlanHash = _state.Plan.Hash,
            Task = entry.Outline,
            Rules = _state.Rules,
            Staging = _state.Run.Staging,
            StagingTip = _state.StagingTip,
            Known = entry.Progress,
            Guidance = entry.State.Guidance,
            RunWakes = true,
            Until = _state.UntilLifted ? null : _state.Input.Until,
            Review = review,
            Session = entry.Progress.Attempt == 0 ? _state.Input.Conversations?.GetValueOrDefault(entry.Id) ?? "" : "",
            Lent = entry.Progress.Lent ?? [],
            PlanningHash = _state.Plan.PlanningHash,
            Replan = entry.Id == ReplanTask.Id ? _state.Run.Replan!.Round : 0,
            SendsLocally = Workflow.Patched(LocalSignals.Patch),
            // A worker host shares the result of each step before the next one.
            VerifiesAtOnce = _state.Rules is { Places: null, IsShared: false } && Workflow.Patched(VerifiesAtOnce),
            Fresh = _state.Input.Fresh || (entry.Progress.Attempt > 0 && !entry.State.MayReuse),
        };

    private async Task StartAsync(TaskBoardEntry entry, TaskInput input)
    {
        // The last report of a workflow arrives before the workflow ends, but its id is free only afterwards.
        await entry.Closed;
        await StartOrTakeOverAsync(entry, input);
        if (_state.Repository.Queue != input.Repository.Queue)
        {
            // The run moved while the workflow was being started, so the workflow has missed the notification.
            var to = _state.Repository;
            await messenger.SendAsync(entry.Id, task => task.MovedAsync(to));
        }
    }

    private async Task StartOrTakeOverAsync(TaskBoardEntry entry, TaskInput input)
    {
        for (var pause = FirstPause; !await TryStartAsync(entry, input); pause *= 2)
        {
            // The id may belong to a workflow that an earlier execution of this run started. That workflow continues for this execution, or
            // it closes after its last report or because it uses another plan.
            if (await takeOver.TryTakeOverAsync(entry))
            {
                return;
            }
            if (pause > LongestPause)
            {
                var id = RunIds.ForTask(_state.RunId, entry.Id);
                TaskReportHandler.Lost(_state.Board, entry, "", new WorkflowStillOpen(id), RunContext.Now);
                return;
            }
            await TimedWaits.PauseAsync(pause, $"Until {entry.Id} is started again: another execution of it is still open");
        }
    }

    private async Task<bool> TryStartAsync(TaskBoardEntry entry, TaskInput input)
    {
        var options = new ChildWorkflowOptions
        {
            Id = RunIds.ForTask(_state.RunId, entry.Id),
            ParentClosePolicy = ParentClosePolicy.Abandon,
            CancellationType = ChildWorkflowCancellationType.Abandon,
            CancellationToken = CancellationToken.None,
            StaticSummary = DisplayText.Summary(entry.Outline.Title),
            StaticDetails = RunStatusTexts.DescribeTask(_state, entry),
        };
        try
        {
            if (_state.IsPlanner(entry) || entry.Id == ReplanTask.Id)
            {
                Follow(entry, await Workflow.StartChildWorkflowAsync((IPlanningWorkflow w) => w.RunAsync(input), options));
            }
            else if (entry.Id == ReviewTask.Id)
            {
                Follow(entry, await Workflow.StartChildWorkflowAsync((IReviewWorkflow w) => w.RunAsync(input), options));
            }
            else
            {
                Follow(entry, await Workflow.StartChildWorkflowAsync((ITaskWorkflow w) => w.RunAsync(input), options));
            }
            return true;
        }
        catch (WorkflowAlreadyStartedException)
        {
            return false;
        }
    }

    private void Follow<T>(TaskBoardEntry entry, ChildWorkflowHandle<T, TaskReport> handle)
    {
        entry.State = entry.State with { ExecutionId = handle.FirstExecutionRunId };
        entry.Closed = FollowAsync(entry, handle);
    }

    /// <summary>Handles the result of a task's workflow like its last report. A workflow without a result counts as failed.</summary>
    private async Task FollowAsync<T>(TaskBoardEntry entry, ChildWorkflowHandle<T, TaskReport> handle)
    {
        try
        {
            TaskReportHandler.HandleReport(_state, await handle.GetResultAsync(), RunContext.Now);
        }
        catch (ChildWorkflowFailureException failure)
        {
            var why = new WorkflowEnded(new ExecutionFailed(new Quote(FailureCause.Of(failure))));
            TaskReportHandler.Lost(_state.Board, entry, handle.FirstExecutionRunId, why, RunContext.Now);
        }
    }
}
