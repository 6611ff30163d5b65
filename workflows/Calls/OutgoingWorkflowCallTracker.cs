namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Tracks calls to other workflows that have not been answered. The workflow continues as new only when all are answered.
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
