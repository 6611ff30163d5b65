namespace Orchestrator.Workflows.Calls;

/// <summary>Tracks unanswered calls to other workflows. A workflow does not continue as new before they are answered.</summary>
internal sealed class OutgoingCalls
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
