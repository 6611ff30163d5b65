namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Tracks the workflow's unanswered calls to other workflows. The workflow continues as new only when all calls are answered.
/// </summary>
internal sealed class OutgoingWorkflowCallTracker
{
    private int _open;

    public bool AnyOpen => _open > 0;

    /// <summary>Counts the call as open until it completes or fails.</summary>
    public async Task TrackAsync(Func<Task> call)
    {
        _open++;
        try
        {
            await call();
        }
        finally
        {
            _open--;
        }
    }
}
