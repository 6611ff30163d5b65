namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Sends signals from tasks and the merge queue to the run. Addresses the run without a Temporal run id, because it may have continued as
/// new. Sends one signal at a time, because concurrent signals may arrive in any order, and the run ignores reports that are older than the
/// last one.
/// </summary>
/// <param name="runId">Returns the run's id once the id is known.</param>
internal sealed class RunSignalSender(Func<string> runId)
{
    private readonly List<Task> _sending = [];

    /// <summary>Sends a signal after all earlier signals.</summary>
    /// <param name="signal">Name of the signal.</param>
    /// <param name="argument">Argument of the signal.</param>
    /// <param name="failed">Called if the run is closed, or has received the maximum number of signals.</param>
    /// <param name="isLocal">True to send the signal by <see cref="SignalViaLocalActivitySender"/>.</param>
    public void Send(string signal, object argument, Func<Task>? failed = null, bool isLocal = false)
    {
        _sending.RemoveAll(t => t.IsCompleted);
        _sending.Add(SendAsync(_sending.LastOrDefault() ?? Task.CompletedTask, signal, argument, failed, isLocal));
    }

    /// <summary>Adds a note about a dropped message to the run's warnings, which users see while the run is open.</summary>
    public void NoteDropped(string note, Func<Task>? failed = null)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadSizeLimiter.Shorten(note));
        Send(WorkflowMessageNames.MessageDropped, message, failed);
    }

    /// <summary>Waits until all signals are sent.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_sending);

    /// <summary>
    /// Asks the server whether the run has ended. A signal that reports the end may be wrong or late, because a run that was reset is open
    /// again.
    /// </summary>
    public async Task<bool> HasEndedAsync(string queue)
    {
        IReadOnlyList<string> run = [runId()];
        var ended = await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.FindEndedRunsAsync(run),
            ActivityDefaults.ShortActivity(queue)
        );
        return ended.Count > 0;
    }

    private async Task SendAsync(Task before, string signal, object argument, Func<Task>? failed, bool isLocal)
    {
        try
        {
            await before;
            await SignalViaLocalActivitySender.SendAsync(runId(), signal, argument, isLocal);
        }
        catch (FailureException)
        {
            await (failed?.Invoke() ?? Task.CompletedTask);
        }
    }
}
