namespace Orchestrator.Workflows.Train;

/// <summary>Sends the train's results to the run, in order. Reports go to the run's id, not to one execution of it: the run may have
/// continued as new, and counts each of them once.</summary>
internal sealed class TrainReporter(TrainContext context)
{
    private readonly List<Task> _telling = [];

    /// <summary>Number of the last report.</summary>
    public int Sequence { get; set; }

    /// <summary>Reports the result of one request.</summary>
    public void Tell(MergeRequest request, MergeResult result) => Tell([Answer(request, result)]);

    /// <summary>Reports several results.</summary>
    public void Tell(IReadOnlyList<TrainAnswer> answers) => Tell(Report() with { Answers = answers });

    /// <summary>Reports that an entry in conflict waits.</summary>
    public void TellDeferred(MergeRequest request, MergeResult result) => Tell(Report() with { Deferred = [Answer(request, result)] });

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

    /// <summary>Notes a dropped message in the run's warnings, where people look for it.</summary>
    public void NoteDropped(string note)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Begin(() => Run().SignalAsync(w => w.MessageDroppedAsync(message), Uncancelled()));
    }

    /// <summary>Waits until all reports are sent.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_telling);

    /// <summary>Handles a signal that the run has ended. It may be wrong or late (a run that was reset is open again), so the server is
    /// asked.</summary>
    public async Task HearRunEndedAsync()
    {
        if (context.IsClosing)
        {
            return;
        }
        IReadOnlyList<string> run = [context.Input.RunId];
        var ended = await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.FindEndedRunsAsync(run),
            ActivityDefaults.Short(context.Input.Repository.Queue)
        );
        if (ended.Count > 0)
        {
            context.Close();
        }
    }

    /// <summary>The result for the attempt that requested it.</summary>
    public static TrainAnswer Answer(MergeRequest request, MergeResult result) =>
        new(request.TaskId, result with { Attempt = request.Attempt });

    private static ExternalWorkflowSignalOptions Uncancelled() => new() { CancellationToken = CancellationToken.None };

    private ExternalWorkflowHandle<IOrchestrationWorkflow> Run() =>
        Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(context.Input.RunId);

    private TrainReport Report() =>
        new()
        {
            ExecutionId = Workflow.Info.FirstExecutionRunId,
            Sequence = ++Sequence,
            Position = context.Position,
        };

    private void Tell(TrainReport report) => Begin(() => Run().SignalAsync(w => w.TrainChangedAsync(report), Uncancelled()));

    private void Begin(Func<Task> tell)
    {
        _telling.RemoveAll(t => t.IsCompleted);
        _telling.Add(TellAsync(_telling.LastOrDefault() ?? Task.CompletedTask, tell));
    }

    private async Task TellAsync(Task before, Func<Task> tell)
    {
        try
        {
            await before;
            await tell();
        }
        catch (FailureException)
        {
            // The signal failed: the run is closed, or has received its limit of signals. Only a query tells.
            await HearRunEndedAsync();
        }
    }
}
