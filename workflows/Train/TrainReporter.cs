namespace Orchestrator.Workflows.Train;

/// <summary>Sends the train's results to the run, which counts each report once.</summary>
internal sealed class TrainReporter(TrainContext context)
{
    private readonly RunSignals _run = new(() => context.Input.RunId);

    /// <summary>Number of the last report.</summary>
    public int Sequence { get; set; }

    /// <summary>Reports results.</summary>
    public void Tell(params IReadOnlyList<MergeResult> results) => Tell(Report() with { Answers = results });

    /// <summary>Reports that an entry in conflict waits.</summary>
    public void TellDeferred(MergeResult conflict) => Tell(Report() with { Deferred = [conflict] });

    /// <summary>Reports a note for people; does nothing where it is empty.</summary>
    public void Note(string note)
    {
        if (note.Length > 0)
        {
            Tell(Report() with { Notes = [PayloadPaging.Brief(note)] });
        }
    }

    /// <summary>The last report.</summary>
    public void TellEnd() => Tell(Report() with { Ended = true });

    /// <inheritdoc cref="RunSignals.NoteDropped"/>
    public void NoteDropped(string note) => _run.NoteDropped(note, CheckRunEndedAsync);

    /// <inheritdoc cref="RunSignals.FlushAsync"/>
    public Task FlushAsync() => _run.FlushAsync();

    /// <summary>Handles a signal that the run has ended.</summary>
    public async Task CheckRunEndedAsync()
    {
        if (!context.IsClosing && await _run.HasEndedAsync(context.Input.Repository.Queue))
        {
            context.Close();
        }
    }

    private TrainReport Report() =>
        new()
        {
            ExecutionId = Workflow.Info.FirstExecutionRunId,
            Sequence = ++Sequence,
            Position = context.Position,
        };

    // Where the signal fails, only a query tells.
    private void Tell(TrainReport report) => _run.Send(w => w.TrainChangedAsync(report), CheckRunEndedAsync);
}
