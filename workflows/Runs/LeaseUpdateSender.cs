namespace Orchestrator.Workflows.Runs;

/// <summary>Sends the updates of <see cref="LeaseTracker"/> to the lease workflow, one at a time so that they arrive in order.</summary>
internal sealed class LeaseUpdateSender(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Sends lease updates until the run ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => _state.Leases.HasUpdates(_state.Board), CancellationToken.None);
            var (step, tasks) = _state.Leases.NextUpdate(_state.Board);
            try
            {
                var input = new SendLeaseSignalInput(_state.RunId, _state.Repository, _state.Plan.Hash, step, tasks);
                await Workflow.ExecuteActivityAsync((IRunActivities a) => a.TellLeasesAsync(input), context.Short);
                _state.Leases.Sent();
            }
            catch (ActivityFailureException failure)
            {
                _state.Leases.CouldNotSend(_state.Board, FailureCause.Of(failure), RunWorkflowComponentContext.Now);
            }
        }
    }

    /// <summary>Joins the other runs of the repository, and waits for the reply.</summary>
    public async Task JoinAsync()
    {
        _state.Leases.Join();
        await context.WaitAsync(() => _state.Leases.IsAnswered);
        if (_state.Leases.JoinFailure.Length > 0)
        {
            throw new RunEndedException(
                RunStateNames.Failed,
                new LeaseWorkflowJoinFailedReason(new VerbatimQuote(_state.Leases.JoinFailure))
            );
        }
    }

    /// <summary>Leaves the other runs of the repository, and waits until the update is sent.</summary>
    public async Task SendLeaveAsync()
    {
        _state.Leases.Leave();
        await Workflow.WaitConditionAsync(() => !_state.Leases.HasUpdates(_state.Board), CancellationToken.None);
    }
}
