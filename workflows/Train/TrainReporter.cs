namespace Orchestrator.Workflows.Train;

/// <summary>Tells the run what the train has done, one after the other. Reports go to the run's id, not to one execution of it: the run may
/// have continued as new meanwhile, and counts each of them once.</summary>
internal sealed class TrainReporter(TrainContext context)
{
    private readonly List<Task> _telling = [];

    /// <summary>Number of the last report.</summary>
    public int Sequence { get; set; }

    /// <summary>Something came of work.</summary>
    public void Tell(MergeRequest request, MergeResult result) => Tell([Answer(request, result)]);

    /// <summary>Something came of the work of several.</summary>
    public void Tell(IReadOnlyList<TrainAnswer> answers) => Tell(Report() with { Answers = answers });

    /// <summary>One in conflict waits.</summary>
    public void TellDeferred(MergeRequest request, MergeResult result) => Tell(Report() with { Deferred = [Answer(request, result)] });

    /// <summary>Worth knowing, for people; nothing is told where it is empty.</summary>
    public void Note(string note)
    {
        if (note.Length > 0)
        {
            Tell(Report() with { Notes = [PayloadPaging.Brief(note)] });
        }
    }

    /// <summary>The last word.</summary>
    public void TellEnd() => Tell(Report() with { Ended = true });

    /// <summary>People look into the run for what became of their words.</summary>
    public void NoteDropped(string note)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Begin(() => Run().SignalAsync(w => w.MessageDroppedAsync(message), Uncancelled()));
    }

    /// <summary>Until all is told.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_telling);

    /// <summary>Its run has ended without it, says somebody who may be wrong or late: a run that was reset is open again.</summary>
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

    /// <summary>What a task is told, of the attempt that asked.</summary>
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
            // Nobody was there to be told, or the run has taken in as many signals as it may: only a look tells.
            await HearRunEndedAsync();
        }
    }
}
