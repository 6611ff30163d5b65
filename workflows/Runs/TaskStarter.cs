namespace Orchestrator.Workflows.Runs;

/// <summary>Starts the workflows of tasks and waits for their results.</summary>
internal sealed class TaskStarter(RunWorkflowComponentContext context, TaskWorkflowAdopter takeOver, TaskWorkflowMessageSender messenger)
{
    /// <summary>
    /// Initial delay before another attempt to start a task's workflow whose id is still in use. Doubles with each attempt; the attempts
    /// stop after about 30 seconds.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);

    /// <summary>Patch id: one activity runs the agent of a task and verifies the work.</summary>
    private const string VerifiesAtOnce = "verifies-at-once";

    private readonly RunWorkflowState _state = context.State;

    /// <summary>Marks the task as running, and starts its workflow in the background.</summary>
    public void Start(PlanTaskWithProgress entry)
    {
        _state.Outages.Started(entry.Outline);
        _state.Board.Started(entry, RunWorkflowComponentContext.Now);
        var input = InputFor(entry, entry.Id == ReviewTaskDefinition.Id ? ReviewRoundDecider.Begin(_state) : null);
        entry.State = entry.State with { Guidance = "", MayReuse = false };
        _state.PausedAlone.Remove(entry.Id);
        context.Background.Begin(context.Calls.TrackAsync(() => StartAsync(entry, input)));
    }

    private TaskWorkflowInput InputFor(PlanTaskWithProgress entry, ReviewRound? review) =>
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
            Replan = entry.Id == ReplanTaskDefinition.Id ? _state.Run.Replan!.Round : 0,
            SendsLocally = Workflow.Patched(SignalViaLocalActivitySender.Patch),
            // A worker host shares the result of each step before the next one.
            VerifiesAtOnce = _state.Rules is { Places: null, IsShared: false } && Workflow.Patched(VerifiesAtOnce),
            Fresh = _state.Input.Fresh || (entry.Progress.Attempt > 0 && !entry.State.MayReuse),
        };

    private async Task StartAsync(PlanTaskWithProgress entry, TaskWorkflowInput input)
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

    private async Task StartOrTakeOverAsync(PlanTaskWithProgress entry, TaskWorkflowInput input)
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
                TaskWorkflowReportHandler.Lost(
                    _state.Board,
                    entry,
                    "",
                    new TaskWorkflowStillOpenReason(id),
                    RunWorkflowComponentContext.Now
                );
                return;
            }
            await TimedConditionWaiter.PauseAsync(pause, $"Until {entry.Id} is started again: another execution of it is still open");
        }
    }

    private async Task<bool> TryStartAsync(PlanTaskWithProgress entry, TaskWorkflowInput input)
    {
        var options = new ChildWorkflowOptions
        {
            Id = RunIds.ForTask(_state.RunId, entry.Id),
            ParentClosePolicy = ParentClosePolicy.Abandon,
            CancellationType = ChildWorkflowCancellationType.Abandon,
            CancellationToken = CancellationToken.None,
            StaticSummary = TemporalUiTextTruncator.Summary(entry.Outline.Title),
            StaticDetails = RunStatusTexts.DescribeTask(_state, entry),
        };
        try
        {
            if (_state.IsPlanner(entry) || entry.Id == ReplanTaskDefinition.Id)
            {
                Follow(entry, await Workflow.StartChildWorkflowAsync((IPlanningWorkflow w) => w.RunAsync(input), options));
            }
            else if (entry.Id == ReviewTaskDefinition.Id)
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

    private void Follow<T>(PlanTaskWithProgress entry, ChildWorkflowHandle<T, TaskReport> handle)
    {
        entry.State = entry.State with { ExecutionId = handle.FirstExecutionRunId };
        entry.Closed = FollowAsync(entry, handle);
    }

    /// <summary>
    /// Waits for a task's workflow to close, and handles its result as the task's last report. A task whose workflow returns no result
    /// counts as failed.
    /// </summary>
    private async Task FollowAsync<T>(PlanTaskWithProgress entry, ChildWorkflowHandle<T, TaskReport> handle)
    {
        try
        {
            TaskWorkflowReportHandler.HandleReport(_state, await handle.GetResultAsync(), RunWorkflowComponentContext.Now);
        }
        catch (ChildWorkflowFailureException failure)
        {
            var why = new TaskWorkflowEndedSilentlyReason(new WorkflowFailedReason(new VerbatimQuote(FailureCause.Of(failure))));
            TaskWorkflowReportHandler.Lost(_state.Board, entry, handle.FirstExecutionRunId, why, RunWorkflowComponentContext.Now);
        }
    }
}
