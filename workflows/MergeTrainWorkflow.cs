using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows;

/// <summary>
/// Merge queue of one run, as a child workflow of the run. Starts with the first verified work and ends with the run. Composes the
/// components of the merge queue, which share one <see cref="MergeQueueWorkflowComponentContext"/>.
/// </summary>
[Workflow]
public sealed class MergeTrainWorkflow : WorkflowBase, IMergeTrainWorkflow
{
    private readonly MergeQueueWorkflowComponentContext _context = new(Workflow.CancellationToken);
    private readonly MergeQueueReportSender _reporter;
    private readonly MergeQueueRunner _runner;
    private readonly WorkflowResetDetector _resets = new();
    private int _steps;

    /// <summary>Composes the components of the merge queue.</summary>
    public MergeTrainWorkflow()
    {
        _reporter = new MergeQueueReportSender(_context);
        _runner = new MergeQueueRunner(_context, _reporter);
    }

    /// <summary>
    /// True if the workflow should continue as new. Each execution must make progress first, and a step adds about ten events.
    /// </summary>
    private bool IsLong =>
        _steps > 0
        && HistoryLengthLimit.IsLong(
            _context.Input.Rules,
            MessagesTaken,
            Workflow.CurrentHistoryLength,
            eventsOfRestore: 0,
            Workflow.ContinueAsNewSuggested
        );

    private bool MustContinue => IsLong && _runner.IsIdle && _context.State.Batches.IsEmpty;

    private bool HasStep => !_resets.WasReset && _runner.HasStep(isDraining: IsLong);

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(MergeQueueInput input = null!)
    {
        _context.Restore(input);
        _reporter.Sequence = input.Sequence;
        await AllowMessagesAsync();
        while (!_context.IsClosing)
        {
            if (MustContinue)
            {
                await ContinueAsync();
            }
            Describe();
            await Workflow.WaitConditionAsync(
                () => _context.IsClosing || _runner.AnyEnded || HasStep || MustContinue || (_resets.WasReset && _runner.IsIdle),
                CancellationToken.None
            );
            await _runner.CollectAsync();
            if (_resets.WasReset && _runner.IsIdle)
            {
                // This execution does not know the merges after the reset point, but the run has counted their reports. The run therefore
                // starts another merge queue for the waiting requests.
                _context.Close();
            }
            if (!_context.IsClosing && HasStep)
            {
                _steps++;
                _runner.Start(IsLong);
            }
        }
        while (!_runner.IsIdle)
        {
            await Workflow.WaitConditionAsync(() => _runner.AnyEnded, CancellationToken.None);
            await _runner.CollectAsync();
        }
        _reporter.ReportEnd();
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
    [WorkflowQuery(WorkflowMessageNames.Status, Description = "Waiting tasks and the current merge.")]
    public MergeQueueStatus Status() =>
        new()
        {
            Queue = MergeOrderCalculator.Of(_context.State.Queue),
            Batch = [.. _context.State.Batches.SelectMany(batch => batch.Rest).Concat(_runner.Merging).Select(request => request.TaskId)],
            Resolving = _context.State.Resolving,
            Deferred = [.. _context.State.Deferred],
            Position = _context.Position,
        };

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Enqueue, Description = "Adds verified work to the end of the queue.")]
    public Task EnqueueAsync(MergeQueueSubmission work = null!)
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
    [WorkflowSignal(WorkflowMessageNames.Pass, Description = "Reports that a task no longer waits for its merge.")]
    public Task PassAsync([ValidTemporalIdentifier] string task = null!)
    {
        _runner.Pass(task);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Close, Description = "Stops merging.")]
    public Task CloseAsync([ValidTemporalIdentifier] string reason = null!)
    {
        Workflow.CurrentDetails = $"**closing** {reason}";
        _context.Close();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.RunEnded, Description = "Reports that the run ended while this queue was open.")]
    public Task RunEndedAsync(RunEndedBeforeTaskReason how = null!) => _reporter.CheckRunEndedAsync();

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Moved, Description = "Moves the steps of the run to another host.")]
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
            : batch.Length == 0 ? $"**waiting** {PayloadSizeLimiter.Shorten(waiting)}"
            : $"**merging** {PayloadSizeLimiter.Shorten(batch)}\n\n**waiting** {PayloadSizeLimiter.Shorten(waiting)}";
    }
}
