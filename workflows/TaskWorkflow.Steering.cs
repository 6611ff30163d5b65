using Orchestrator.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>What the run tells a task, and what the task tells its run.</summary>
public sealed partial class TaskWorkflow
{
    private const string CancelledByPerson = "cancelled by a person; its files stay";
    private static readonly TimeSpan MaxPark = TimeSpan.FromMinutes(30);

    /// <summary>A parked task whose run never wakes it (the run was deleted) tries again by itself.</summary>
    private static readonly TimeSpan SelfWake = TimeSpan.FromHours(2);
    private readonly List<Task> _telling = [];
    private CancellationTokenSource? _interrupt;
    private MergeResult? _mergeResult;
    private string _guidance = "";
    private bool _paused;
    private bool _goOn;
    private (bool Accepted, string Reason)? _decision;

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <inheritdoc/>
    [WorkflowSignal("pause")]
    public Task PauseAsync()
    {
        _paused = true;
        _interrupt?.Cancel();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("resume")]
    public Task ResumeAsync()
    {
        _paused = false;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("cancel")]
    public Task CancelAsync()
    {
        _stop.Cancel();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("goOn")]
    public Task GoOnAsync(string guidance)
    {
        _guidance = guidance;
        _goOn = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("decide")]
    public Task DecideAsync(bool accepted, string reason)
    {
        if (_report.State == TaskStates.AwaitingApproval)
            _decision = (accepted, reason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("mergeDone")]
    public Task MergeDoneAsync(MergeResult result)
    {
        if (_report.State == TaskStates.Merging && result.Round == _report.Round)
            _mergeResult = result;
        return Task.CompletedTask;
    }

    /// <summary>Work that passes its gates, but changed what they mean, is merged only when a person says so. No answer in time means no.</summary>
    private async Task WaitForDecisionAsync(string reason)
    {
        _decision = null;
        Become(TaskStates.AwaitingApproval, reason);
        await Workflow.WaitConditionAsync(() => _decision is not null || Cancelled, _input.Settings.ApprovalTimeout, CancellationToken.None);
        ThrowIfCancelled();
        if (_decision is not { Accepted: true })
            throw new TaskEndedException(TaskStates.Failed, _decision is { } no ? $"a person rejected it{(no.Reason.Length > 0 ? ": " + no.Reason : "")}: {reason}" : $"nobody approved it in time: {reason}");
    }

    private async Task WhilePausedAsync()
    {
        ThrowIfCancelled();
        if (!_paused)
            return;
        _report = _report with { Paused = true };
        Become(_report.State, "paused by a person");
        await Workflow.WaitConditionAsync(() => !_paused || Cancelled, CancellationToken.None);
        _report = _report with { Paused = false };
        ThrowIfCancelled();
        Become(_report.State, "");
    }

    private void ThrowIfCancelled()
    {
        if (Cancelled)
            throw new TaskEndedException(TaskStates.Cancelled, CancelledByPerson);
    }

    private void Become(string state, string reason, string evidence = "")
    {
        reason = MessageParts.Brief(reason);
        _report = _report with { Sequence = _report.Sequence + 1, State = state, Reason = reason, Evidence = evidence };
        Workflow.CurrentDetails = $"**{state}** {reason}";
        _telling.RemoveAll(t => t.IsCompleted);
        // The run itself put the task into its first state: telling it so would be news to nobody.
        if (state != TaskStates.Preparing || _report.Sequence > 2)
            _telling.Add(TellRunAsync(_report));
    }

    /// <summary>Reports go to the run's id, not to one execution of it: the run may have continued as new meanwhile.</summary>
    private async Task TellRunAsync(TaskReport report)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(_input.RunId)
                .SignalAsync(w => w.TaskChangedAsync(report), new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // The run is over (terminated, or deleted): nobody is left to be told, and the task ends by itself.
        }
    }
}
