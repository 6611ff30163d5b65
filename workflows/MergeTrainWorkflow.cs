using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows;

/// <summary>The merge train of one run, its child: it begins with the first verified work and ends with the run. It puts the parts of a
/// train together; what they know is one <see cref="TrainContext"/>.</summary>
[Workflow]
public sealed class MergeTrainWorkflow : MessageWorkflow, IMergeTrainWorkflow
{
    private readonly TrainContext _context = new(Workflow.CancellationToken);
    private readonly TrainReporter _reporter;
    private readonly TrainRunner _runner;
    private readonly ResetWatch _resets = new();
    private int _steps;

    /// <summary>Puts its parts together.</summary>
    public MergeTrainWorkflow()
    {
        _reporter = new TrainReporter(_context);
        _runner = new TrainRunner(_context, _reporter);
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

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(TrainInput input = null!)
    {
        _context.Restore(input);
        _reporter.Sequence = input.Sequence;
        await TakeUpStateAsync();
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
                var step = _runner.StepAsync();
                Describe();
                await step;
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

    /// <inheritdoc/>
    [WorkflowQuery(MessageNames.Status, Description = "What waits and what is being merged.")]
    public TrainStatus Status() =>
        new()
        {
            Queue = TrainOrder.Of(_context.State.Queue),
            Batch = [.. (_context.State.Batch?.Rest ?? _runner.Merging).Select(request => request.TaskId)],
            Resolving = _context.State.Resolving,
            Deferred = [.. _context.State.Deferred],
            Position = _context.Position,
        };

    /// <inheritdoc/>
    [WorkflowSignal(MessageNames.Enqueue, Description = "Adds verified work at the end.")]
    public Task EnqueueAsync(TrainWork work = null!)
    {
        _context.Update(work.Position);
        _context.UpdatePlan(work.PlanHash);
        foreach (var request in work.Requests)
        {
            _context.State = _context.State.Enqueue(request);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(MessageNames.Pass, Description = "Stops waiting for a task.")]
    public Task PassAsync([Identifier] string task = null!)
    {
        _runner.Pass(task);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(MessageNames.Close, Description = "Stops merging.")]
    public Task CloseAsync([Identifier] string reason = null!)
    {
        Workflow.CurrentDetails = $"**closing** {reason}";
        _context.Close();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(MessageNames.RunEnded, Description = "Its run has ended without it.")]
    public Task RunEndedAsync(RunEndedWithoutIt how = null!) => _reporter.CheckRunEndedAsync();

    /// <inheritdoc/>
    [WorkflowSignal(MessageNames.Moved, Description = "The steps of its run are done on another machine from now on.")]
    public Task MovedAsync(RepositoryReference place = null!)
    {
        _context.MovedTo(place);
        Machine.MoveTo(place.Queue);
        return Task.CompletedTask;
    }

    internal override void NoteDropped(string note) => _reporter.NoteDropped(note);

    private void Describe()
    {
        var status = Status();
        var (batch, waiting) = (string.Join(", ", status.Batch), string.Join(", ", status.Queue.Select(request => request.TaskId)));
        Workflow.CurrentDetails =
            waiting.Length == 0 ? "**nothing waits**"
            : batch.Length == 0 ? $"**waiting** {PayloadPaging.Brief(waiting)}"
            : $"**merging** {PayloadPaging.Brief(batch)}\n\n**waiting** {PayloadPaging.Brief(waiting)}";
    }
}
