namespace Orchestrator.Workflows.Runs;

/// <summary>Tells the leases of the repository what the book of the run says, one thing after the other: an older word never comes after a
/// newer one.</summary>
internal sealed class LeaseTeller(RunContext context)
{
    private readonly RunState _state = context.State;

    /// <summary>As long as the run lives.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => _state.Leases.AnyToSay(_state.Board), CancellationToken.None);
            var (step, tasks) = _state.Leases.NextToSay(_state.Board);
            try
            {
                var input = new LeaseInput(_state.RunId, _state.Repository, _state.Plan.Hash, step, tasks);
                await Workflow.ExecuteActivityAsync((IRunActivities a) => a.TellLeasesAsync(input), context.Short);
                _state.Leases.Said();
            }
            catch (ActivityFailureException failure)
            {
                _state.Leases.CouldNotSay(_state.Board, failure.InnerException?.Message ?? failure.Message, RunContext.Now);
            }
        }
    }

    /// <summary>Joins the leases and waits for their answer.</summary>
    public async Task JoinAsync()
    {
        _state.Leases.Join();
        await context.WaitAsync(() => _state.Leases.IsAnswered);
        if (_state.Leases.JoinFailure.Length > 0)
        {
            throw new RunEndedException(RunStates.Failed, _state.Leases.JoinFailure);
        }
    }

    /// <summary>Leaves them, and waits until that is told.</summary>
    public async Task LeaveAsync()
    {
        _state.Leases.Leave();
        await Workflow.WaitConditionAsync(() => !_state.Leases.AnyToSay(_state.Board), CancellationToken.None);
    }
}
