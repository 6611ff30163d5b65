using System.ComponentModel.DataAnnotations;
using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Train;
using Temporalio.Converters;

namespace Orchestrator.Workflows;

/// <summary>The merge train of one run, its child: it begins with the first verified work and ends with the run. It puts the parts of a
/// train together; what they know is one <see cref="TrainContext"/>.</summary>
[Workflow("MergeTrainWorkflow")]
public sealed class MergeTrainWorkflow : MessageWorkflow
{
    private readonly TrainContext _context = new(Workflow.CancellationToken);
    private readonly TrainReporter _reporter;
    private readonly TrainRunner _runner;
    private readonly ResetWatch _resets = new();
    private int _steps;

    /// <summary>Restores the state before any signal is handled.</summary>
    [WorkflowInit]
    public MergeTrainWorkflow(IRawValue? input = null, IRawValue? surplus = null)
    {
        _reporter = new TrainReporter(_context);
        _runner = new TrainRunner(_context, _reporter);
        OnQuery("status", Status);
        OnSignal("enqueue", EnqueueAsync);
        OnSignal("pass", PassAsync);
        OnSignal("close", CloseAsync);
        OnSignal("runEnded", RunEndedAsync);
        TakeStart(Restore, input, surplus);
    }

    /// <summary>A step adds some ten events; each execution must do some work of its own.</summary>
    private bool IsLong =>
        _steps > 0
        && _context.State.Batch is null
        && HistoryLength.IsLong(
            _context.Input.Rules,
            MessagesTaken,
            Workflow.CurrentHistoryLength,
            eventsOfRestore: 0,
            Workflow.ContinueAsNewSuggested
        );

    private string? Restore(TrainInput input)
    {
        _context.Restore(input);
        _reporter.Sequence = input.Sequence;
        StateIsTakenUp();
        return null;
    }

    /// <inheritdoc cref="IMergeTrainWorkflow.RunAsync"/>
    [WorkflowRun]
    public async Task RunAsync(IRawValue? input = null, IRawValue? surplus = null)
    {
        RefuseUnreadableStart();
        while (!_context.IsClosing)
        {
            if (IsLong)
            {
                await ContinueAsync();
            }
            Describe();
            await Workflow.WaitConditionAsync(
                () => _context.IsClosing || _resets.WasReset || _runner.HasStep || IsLong,
                CancellationToken.None
            );
            if (_resets.WasReset)
            {
                // What was merged after the reset point is not known here, and the run has counted those reports: the run starts another
                // train for what still waits.
                _context.Close();
            }
            if (!_context.IsClosing && _runner.HasStep)
            {
                _steps++;
                await _runner.StepAsync();
            }
        }
        _reporter.TellEnd();
        await _reporter.FlushAsync();
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
    }

    /// <summary>Sends the pending reports, then continues as new with the waiting requests.</summary>
    private async Task ContinueAsync()
    {
        await _reporter.FlushAsync();
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
        if (_context.IsClosing)
        {
            return;
        }
        var input = _context.ToInput(_reporter.Sequence);
        throw Workflow.CreateContinueAsNewException((IMergeTrainWorkflow w) => w.RunAsync(input));
    }

    private TrainStatus Status() =>
        new()
        {
            Queue = TrainOrder.Of(_context.State.Queue),
            Batch = [.. (_context.State.Batch?.Rest ?? []).Select(request => request.TaskId)],
            Resolving = _context.State.Resolving,
            Deferred = [.. _context.State.Deferred],
            Position = _context.Position,
        };

    private Task EnqueueAsync(TrainWork work)
    {
        _context.Update(work.Position);
        _context.UpdatePlan(work.PlanHash);
        foreach (var request in work.Requests)
        {
            _context.State = _context.State.Enqueue(request);
        }
        return Task.CompletedTask;
    }

    private Task PassAsync([Identifier] string task)
    {
        _runner.Pass(task);
        return Task.CompletedTask;
    }

    private Task CloseAsync([Identifier] string reason)
    {
        Workflow.CurrentDetails = $"**closing** {reason}";
        _context.Close();
        return Task.CompletedTask;
    }

    private Task RunEndedAsync([MaxLength(4000)] string reason) => _reporter.CheckRunEndedAsync();

    /// <inheritdoc/>
    private protected override void NoteDropped(string note) => _reporter.NoteDropped(note);

    private void Describe()
    {
        var status = Status();
        var (batch, waiting) = (string.Join(", ", status.Batch), string.Join(", ", status.Queue.Select(request => request.TaskId)));
        Workflow.CurrentDetails =
            waiting.Length == 0 ? "**nothing waits**"
            : batch.Length == 0 ? $"**waiting** {PayloadPaging.Brief(waiting)}"
            : $"**together** {PayloadPaging.Brief(batch)}\n\n**waiting** {PayloadPaging.Brief(waiting)}";
    }
}
