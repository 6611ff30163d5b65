using System.ComponentModel.DataAnnotations;
using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Runs;
using Temporalio.Converters;

namespace Orchestrator.Workflows;

/// <summary>One run: the plan is read and approved, the repository prepared, tasks start as soon as their dependencies are merged, verified
/// work is merged in turn, and in the end staging lands on the target. What can't be decided waits for a person. This class puts the parts
/// together; their shared data is one <see cref="RunState"/>.</summary>
[Workflow("OrchestrationWorkflow")]
public sealed class OrchestrationWorkflow : MessageWorkflow
{
    /// <summary>The input is passed on to activities, and servers refuse messages of 2 MB.</summary>
    private const int MostInput = 1536 * 1024;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
    private RunState _state;
    private RunParts _parts;
    private RunCheckpoint? _checkpoint;

    /// <summary>Restores the state before any signal is handled.</summary>
    [WorkflowInit]
    public OrchestrationWorkflow(IRawValue? input = null, IRawValue? checkpoint = null, IRawValue? surplus = null)
    {
        (_state, _parts) = Begin(new OrchestrationInput());
        TakeStart(Accept, input, checkpoint, surplus);
        var (steering, handlers) = (_parts.Steering, _parts.Handlers);
        OnQuery("status", Status);
        OnCommand("pause", handlers.PauseAsync, steering.RefusePause, HasTasks);
        OnCommand("resume", handlers.ResumeAsync, steering.RefuseTask, HasTasks);
        OnCommand("cancelTask", handlers.CancelTaskAsync, steering.RefuseTask, HasTasks);
        OnCommand("retryTask", handlers.RetryTaskAsync, steering.RefuseRetry, HasTasks);
        OnCommand("skipTask", handlers.SkipTaskAsync, steering.RefuseSkip, HasTasks);
        OnCommand("setConcurrency", handlers.SetConcurrencyAsync, refuse: null, HasTasks);
        OnCommand("approve", handlers.ApproveAsync, handlers.RefuseApprove, HasTasks);
        OnCommand("reject", handlers.RejectAsync, handlers.RefuseReject, HasTasks);
        OnCommand("promote", handlers.PromoteAsync, steering.RefusePromote);
        OnCommand("landMerged", handlers.LandMergedAsync, steering.RefuseLandMerged);
        OnCommand("resolveEscalation", handlers.ResolveAsync, steering.RefuseResolve);
        OnCommand("cancel", CancelAsync);
        OnSignal("leasesChanged", LeasesChangedAsync);
        OnSignal("taskChanged", TaskChangedAsync, HasTasks);
        OnSignal("trainChanged", TrainChangedAsync, HasTasks);
        OnSignal("activitiesFailing", ActivitiesFailingAsync);
        OnSignal("messageDropped", MessageDroppedAsync);
    }

    private static DateTimeOffset Now => RunContext.Now;

    private bool HasTasks() => _state.HasTasks;

    /// <inheritdoc cref="IOrchestrationWorkflow.RunAsync"/>
    [WorkflowRun]
    public async Task<RunResult> RunAsync(IRawValue? input = null, IRawValue? checkpoint = null, IRawValue? surplus = null)
    {
        RefuseUnreadableStart();
        PlanStage.Refuse(_state.Input.Faults());
        try
        {
            if (_checkpoint is null)
            {
                _parts.BeginBackground();
                await _parts.Planning.RunAsync();
                if (_state.Input.PlanOnly)
                {
                    return await FinishAsync(RunStates.Completed, _state.Run.Reason);
                }
                await _parts.Beginning.RunAsync();
            }
            else
            {
                await RestoreAsync(_checkpoint);
            }
            while (true)
            {
                await _parts.Recovery.TakeUpAsync();
                await _parts.Working.RunAsync();
                var standstill = await _parts.Replanning.ConcludeAsync();
                if (_state.Board.AllMerged && await _parts.Reviewing.RunAsync() && await _parts.Landing.RunAsync() is { } landed)
                {
                    return await FinishAsync(RunStates.Completed, landed);
                }
                await _parts.Escalation.WaitForPersonAsync(_parts.Landing.LandMergedAsync, standstill ?? new Standstill());
            }
        }
        catch (RunEndedException ended)
        {
            return await EndEarlyAsync(ended.State, ended.Reason);
        }
        catch (ActivityFailureException) when (_state.IsCancelled)
        {
            return await EndEarlyAsync(RunStates.Cancelled, _parts.Context.CancelReason);
        }
        catch (ActivityFailureException failure)
        {
            return await EndEarlyAsync(RunStates.Failed, failure.InnerException?.Message ?? failure.Message);
        }
    }

    private string? Accept(OrchestrationInput input, RunCheckpoint? checkpoint = null)
    {
        if (checkpoint is not null && Workflow.Info.ContinuedRunId is null)
        {
            return "A run is started with one argument; the second is what it takes with it when it continues as new.";
        }
        if (input.Plan is not null && PayloadPaging.SizeOf(input) is > MostInput and var size)
        {
            return $"The plan has {size / 1024} KB as a message, of {MostInput / 1024} KB at most: put it into a file and give 'planFile'.";
        }
        (_state, _parts) = Begin(input);
        _checkpoint = checkpoint;
        if (checkpoint is null)
        {
            StateIsTakenUp();
        }
        else
        {
            _state.Restore(checkpoint);
        }
        return null;
    }

    private (RunState State, RunParts Parts) Begin(OrchestrationInput input)
    {
        var state = new RunState(Workflow.Info.WorkflowId, input, Now, _stop.Token);
        return (state, new RunParts(new RunContext(state, _stop.Token), () => MessagesTaken));
    }

    private async Task RestoreAsync(RunCheckpoint checkpoint)
    {
        try
        {
            await _parts.Continuation.RestoreAsync(checkpoint);
        }
        finally
        {
            _parts.BeginBackground();
            _parts.Recorder.Begin();
        }
        foreach (var entry in _state.Board.AtWork.ToList())
        {
            _parts.Context.Background.Begin(_parts.Messenger.AskAsync(entry));
        }
        StateIsTakenUp();
    }

    private Task<RunResult> EndEarlyAsync(string state, string reason)
    {
        StateIsTakenUp();
        return _parts.Ending.EndEarlyAsync(state, reason);
    }

    private Task<RunResult> FinishAsync(string state, string reason)
    {
        StateIsTakenUp();
        return _parts.Ending.FinishAsync(state, reason);
    }

    private RunStatus Status([Range(0, int.MaxValue)] int offset = 0, [Range(0, int.MaxValue)] int limit = 500) =>
        IsStateTakenUp || _checkpoint is null ? _state.Snapshot(offset, limit) : _checkpoint.Status;

    private Task<SteeringAnswer> CancelAsync(PersonCommand? command = null)
    {
        var isFinal = RunStates.IsFinal(_state.Run.State);
        if (_state.IsCancelled || isFinal)
        {
            return Task.FromResult(
                new SteeringAnswer($"{_state.RunId} is {(isFinal ? _state.Run.State : "being cancelled")} already.", false)
            );
        }
        _state.CancelledBy = Said.By(command);
        _state.Note($"cancelled by {_state.CancelledBy}", Now, Said.By(command?.By ?? ""));
        _stop.Cancel();
        return Task.FromResult(new SteeringAnswer($"{_state.RunId} is being cancelled; what is merged stays on staging.", true));
    }

    private Task LeasesChangedAsync(LeaseNews news)
    {
        _state.Leases.TakeIn(news, _state.Board, Now);
        return Task.CompletedTask;
    }

    private Task TaskChangedAsync(TaskReport report)
    {
        if (report.TaskId == RunIds.Train)
        {
            _state.Train.Ask();
            return Task.CompletedTask;
        }
        TaskReports.TakeIn(_state, report, Now);
        return Task.CompletedTask;
    }

    private Task TrainChangedAsync(TrainReport report)
    {
        _parts.Merging.TakeIn(report);
        return Task.CompletedTask;
    }

    private Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing)
    {
        Progress.TakeInFailing(_state, failing, Now);
        return Task.CompletedTask;
    }

    private Task MessageDroppedAsync(DroppedMessage message)
    {
        NoteDropped($"to {message.Workflow}: {message.Note}");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    private protected override void NoteDropped(string note) => Progress.NoteDropped(_state, note, Now);
}
