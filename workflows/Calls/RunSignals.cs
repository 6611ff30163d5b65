using System.Linq.Expressions;

namespace Orchestrator.Workflows.Calls;

/// <summary>Sends signals of a run's tasks and train to the run's id, not to one execution of it: the run may have continued as new. One
/// at a time, because concurrent signals may arrive in any order and an older report would be ignored.</summary>
/// <param name="runId">The run's id, once it is known.</param>
internal sealed class RunSignals(Func<string> runId)
{
    private readonly List<Task> _sending = [];

    /// <summary>Sends a signal after those before it.</summary>
    /// <param name="failed">What to do where the run is closed, or has received its limit of signals.</param>
    public void Send(Expression<Func<IOrchestrationWorkflow, Task>> signal, Func<Task>? failed = null)
    {
        _sending.RemoveAll(t => t.IsCompleted);
        _sending.Add(SendAsync(_sending.LastOrDefault() ?? Task.CompletedTask, signal, failed));
    }

    /// <summary>Notes a dropped message in the run's warnings, where people look for it as long as the run is open.</summary>
    public void NoteDropped(string note, Func<Task>? failed = null)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Send(w => w.MessageDroppedAsync(message), failed);
    }

    /// <summary>Waits until all signals are sent.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_sending);

    /// <summary>Asks the server whether the run has ended: a signal that says so may be wrong or late (a run that was reset is open
    /// again).</summary>
    public async Task<bool> HasEndedAsync(string queue)
    {
        IReadOnlyList<string> run = [runId()];
        var ended = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEndedRunsAsync(run), ActivityDefaults.Short(queue));
        return ended.Count > 0;
    }

    private async Task SendAsync(Task before, Expression<Func<IOrchestrationWorkflow, Task>> signal, Func<Task>? failed)
    {
        try
        {
            await before;
            await Workflow
                .GetExternalWorkflowHandle<IOrchestrationWorkflow>(runId())
                .SignalAsync(signal, new() { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            await (failed?.Invoke() ?? Task.CompletedTask);
        }
    }
}
