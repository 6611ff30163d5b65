namespace Orchestrator.Workflows.Calls;

/// <summary>Calls to other workflows that are not answered yet: a workflow does not continue as new before they are.</summary>
internal sealed class OutgoingCalls
{
    private int _open;

    public bool AnyOpen => _open > 0;

    /// <summary>The call counts as open until it has ended, well or not.</summary>
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
