namespace Orchestrator.Workflows.Train;

/// <summary>Sends the merge queue's results to the run, which handles each report once.</summary>
internal sealed class MergeQueueReportSender(MergeQueueWorkflowComponentContext context)
{
    private readonly RunSignalSender _run = new(() => context.Input.RunId);

    /// <summary>Number of the last report that was sent.</summary>
    public int Sequence { get; set; }

    /// <summary>Reports the results of requests.</summary>
    public void SendReport(params IReadOnlyList<MergeResult> results) => SendReport(Report() with { Answers = results });

    /// <summary>Reports that a conflicting entry has to wait.</summary>
    public void ReportDeferred(MergeResult conflict) => SendReport(Report() with { Deferred = [conflict] });

    /// <summary>Reports a note for users. Does nothing if the note is empty.</summary>
    public void Note(string note)
    {
        if (note.Length > 0)
        {
            SendReport(Report() with { Notes = [PayloadSizeLimiter.Shorten(note)] });
        }
    }

    /// <summary>Sends the last report before the merge queue closes.</summary>
    public void ReportEnd() => SendReport(Report() with { Ended = true });

    /// <inheritdoc cref="RunSignalSender.NoteDropped"/>
    public void NoteDropped(string note) => _run.NoteDropped(note, CheckRunEndedAsync);

    /// <inheritdoc cref="RunSignalSender.FlushAsync"/>
    public Task FlushAsync() => _run.FlushAsync();

    /// <summary>Closes the merge queue if the server confirms that its run has ended.</summary>
    public async Task CheckRunEndedAsync()
    {
        if (!context.IsClosing && await _run.HasEndedAsync(context.Input.Repository.Queue))
        {
            context.Close();
        }
    }

    private MergeQueueReport Report() =>
        new()
        {
            ExecutionId = Workflow.Info.FirstExecutionRunId,
            Sequence = ++Sequence,
            Position = context.Position,
        };

    // If the signal fails, only a query can find the cause.
    private void SendReport(MergeQueueReport report) => _run.Send(WorkflowMessageNames.TrainChanged, report, CheckRunEndedAsync);
}
