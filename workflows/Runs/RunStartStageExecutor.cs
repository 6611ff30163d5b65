namespace Orchestrator.Workflows.Runs;

/// <summary>Stage before the first task. Checks that the run can start, and waits for an approval if necessary.</summary>
internal sealed class RunStartStageExecutor(RunWorkflowComponentContext context, LeaseUpdateSender leases, PlanApprovalWaiter approval)
{
    private readonly RunWorkflowState _state = context.State;

    public async Task RunAsync()
    {
        await ApproveAsync(await CheckAsync());
        await leases.JoinAsync();
    }

    /// <summary>Runs preflight, and ends the run if preflight finds errors.</summary>
    /// <returns>Result of preflight without errors.</returns>
    private async Task<PreflightResult> CheckAsync()
    {
        context.TransitionTo(RunStateNames.Preparing, new PreflightStartedReason());
        var check = new PreflightInput(_state.RunId, _state.Repository, _state.Plan.Hash, _state.Input)
        {
            StartedAt = _state.Run.StartedAt,
        };
        var found = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.PreflightAsync(check), context.Long);
        _state.Run = _state.Run with
        {
            BaseCommit = found.BaseCommit,
            Target = found.Target,
            Staging = found.Staging,
            Warnings = [.. _state.Run.Warnings, .. found.Warnings],
        };
        _state.StagingTip = found.StagingTip;
        if (found.Until is { } until)
        {
            _state.Input = _state.Input with { Until = until, UntilTime = null, UntilZone = null };
        }
        _state.Plan = found.PlanHash.Length > 0 ? _state.Plan with { Hash = found.PlanHash } : _state.Plan;
        if (found.Errors.Count > 0)
        {
            throw new RunEndedException(RunStateNames.Failed, new PreflightFailedReason(VerbatimQuote.All(found.Errors)));
        }
        return found;
    }

    /// <summary>
    /// Waits for an approval if the risk, the plan or the state of the checkout requires one. If no answer arrives in time, the plan counts
    /// as rejected.
    /// </summary>
    private async Task ApproveAsync(PreflightResult found)
    {
        if (await approval.AskAsync(ApprovalCommandHandler.ReasonToAsk(_state, found.Confirmations, found.Required)) is { } refused)
        {
            throw new RunEndedException(RunStateNames.Cancelled, refused);
        }
    }
}
