using System.Linq.Expressions;

namespace Orchestrator.Workflows.Calls;

/// <summary>Sends signals from tasks and the merge queue to the run's workflow id without a run id, because the run may have continued as
/// new. Sends one at a time, because concurrent signals may arrive in any order and an older report would be ignored.</summary>
/// <param name="runId">Returns the run's id, once it is known.</param>
internal sealed class RunSignals(Func<string> runId)
{
    private readonly List<Task> _sending = [];

    /// <summary>Sends a signal after all earlier ones.</summary>
    /// <param name="failed">Called if the run is closed, or has received its maximum number of signals.</param>
    public void Send(Expression<Func<IOrchestrationWorkflow, Task>> signal, Func<Task>? failed = null)
    {
        _sending.RemoveAll(t => t.IsCompleted);
        _sending.Add(SendAsync(_sending.LastOrDefault() ?? Task.CompletedTask, signal, failed));
    }

    /// <summary>Adds a dropped message to the run's warnings, which users inspect while the run is open.</summary>
    public void NoteDropped(string note, Func<Task>? failed = null)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Send(w => w.MessageDroppedAsync(message), failed);
    }

    /// <summary>Waits until all signals are sent.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_sending);

    /// <summary>Queries the server for the end of the run. A signal with that content may be wrong or late, because a run that was reset
    /// is open again.</summary>
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
