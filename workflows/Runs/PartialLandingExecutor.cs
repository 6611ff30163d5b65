namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Lands merged work while other tasks continue, at a user's request or at the interval from the settings. Between landings, merges new
/// target commits into staging.
/// </summary>
/// <remarks>
/// Only one writer may move staging, so the merge queue gets no further work during a landing. A landing starts once the queue has decided
/// about all its tasks, except for tasks that wait for another task's conflict.
/// </remarks>
internal sealed class PartialLandingExecutor(RunWorkflowComponentContext context, Func<RunLandingStageExecutor> landing)
{
    /// <summary>Patch id: a run that lands merged work early does so before it waits for a user.</summary>
    private const string LandsBeforeWait = "lands-before-wait";

    private readonly RunWorkflowState _state = context.State;

    /// <summary>True if, according to the settings, merged work must land before the run waits for a user.</summary>
    public static bool MustLandBeforeWait(RunWorkflowState state) => HasNewToLand(state) && Workflow.Patched(LandsBeforeWait);

    /// <summary>
    /// True if merged work can land while other tasks continue. False for runs from earlier versions, which land merged work only when no
    /// task can make progress.
    /// </summary>
    private bool IsBeside => _state.Rules.Queue is not null;

    /// <summary>True if a run from an earlier version must land its merged work now, on the main path of its workflow.</summary>
    public bool MustLandFirst => !IsBeside && _state.LandMergedAsked && ReadyTaskSelector.WaitsOnlyForPeople(_state);

    /// <summary>True if a landing or a check of the target is due.</summary>
    public bool IsDue => IsBeside && !_state.IsLandingMerged && (_state.LandMergedAsked || IsOver(DueAt()));

    /// <summary>Time of the next landing or check of the target, or null if none is planned.</summary>
    public DateTimeOffset? PlannedAt => IsBeside && !_state.IsLandingMerged ? DueAt() : null;

    /// <summary>Starts, in the background, the landing or target check that is due.</summary>
    public void Begin()
    {
        _state.IsLandingMerged = true;
        context.Background.Begin(context.Calls.TrackAsync(RunAsync));
    }

    /// <summary>Lands the merged work on the main path, for runs from earlier versions.</summary>
    public async Task LandFirstAsync()
    {
        _state.IsLandingMerged = true;
        try
        {
            var result = await landing().LandMergedAsync();
            context.TransitionTo(
                RunStateNames.Executing,
                result.Landed ? null : RunLandingStageExecutor.NotLandedFor(result),
                result.Evidence
            );
        }
        finally
        {
            _state.IsLandingMerged = false;
        }
        _state.LandMergedAsked = false;
    }

    private async Task RunAsync()
    {
        var isAskedFor = _state.LandMergedAsked;
        try
        {
            await Workflow.WaitConditionAsync(() => _state.Train.IsQuiet || IsEnding, CancellationToken.None);
            if (IsEnding)
            {
                return;
            }
            var now = RunWorkflowComponentContext.Now;
            if (isAskedFor || IsOver(LandsAt))
            {
                var merged = _state.Board.Unlanded.Count();
                var result = await landing().LandBesideAsync(isAskedFor);
                _state.Parts = new PartialLandingRecord(now, now, result.Landed ? 0 : merged);
                Show(result);
            }
            else
            {
                _state.Parts = (_state.Parts ?? new PartialLandingRecord(now)) with { LookedAt = now };
                Show(await landing().MergeTargetAsync());
            }
        }
        catch (FailureException) when (IsEnding)
        {
            // The run is ending, and its final state shows the reason.
        }
        finally
        {
            _state.IsLandingMerged = false;
            _state.LandMergedAsked &= !isAskedFor;

            // The merge queue learns the new position of staging before it merges anything else.
            _state.Train.Ask();
        }
    }

    private bool IsEnding => _state.IsCancelled || _state.IsEnding || context.Resets.WasReset;

    private void Show(LandResult result)
    {
        if (!result.Landed && result.Message.Length > 0 && !IsEnding)
        {
            context.TransitionTo(_state.Run.State, RunLandingStageExecutor.NotLandedFor(result), result.Evidence);
        }
    }

    private DateTimeOffset? DueAt()
    {
        var sync = (_state.Parts?.LookedAt ?? _state.Run.StartedAt) + _state.Rules.SyncEvery;
        return LandsAt is { } lands && (sync is null || lands < sync) ? lands : sync;
    }

    /// <summary>Time of the next landing according to the settings, or null if there is nothing new to land.</summary>
    private DateTimeOffset? LandsAt =>
        HasNewToLand(_state) && _state.Rules.LandEvery is { } every ? (_state.Parts?.LandedAt ?? _state.Run.StartedAt) + every : null;

    private static bool HasNewToLand(RunWorkflowState state) =>
        state.Rules.LandEvery is not null && state.HasUnlanded && state.Board.Unlanded.Count() != state.Parts?.RefusedWith;

    private static bool IsOver(DateTimeOffset? at) => at <= RunWorkflowComponentContext.Now;
}
