namespace Orchestrator.Workflows.Train;

/// <summary>
/// Carries out the steps from <see cref="MergeQueueNextStepDecider"/>. Creates the merges of batches, runs gates on them, moves staging to
/// passing merges, and reports the results. Gates run in the background, so that other steps do not wait for them.
/// </summary>
internal sealed class MergeQueueRunner(MergeQueueWorkflowComponentContext context, MergeQueueReportSender reporter)
{
    private readonly List<Task> _steps = [];
    private readonly MultiHostMergeBatchGateRunner _hosts = new(context);

    /// <summary>Cancellation source for the gates of each batch, by batch number.</summary>
    private readonly Dictionary<int, CancellationTokenSource> _gates = [];

    private MergeQueueInput Input => context.Input;

    private MergeQueueState Train
    {
        get => context.State;
        set
        {
            context.State = value;
            StopGatesOfEnded();
        }
    }

    /// <summary>Entries of the batch that a single activity is currently merging, testing and landing; empty if there is none.</summary>
    public IReadOnlyList<TaskMergeRequest> Merging { get; private set; } = [];

    /// <summary>True if no step is in progress.</summary>
    public bool IsIdle => _steps.Count == 0;

    /// <summary>True if a step has ended since the last call of <see cref="CollectAsync"/>.</summary>
    public bool AnyEnded => _steps.Exists(step => step.IsCompleted);

    /// <summary>True if there is a step to carry out other than waiting.</summary>
    /// <param name="isDraining">True if no further batch may be created.</param>
    public bool HasStep(bool isDraining) =>
        MergeQueueNextStepDecider.Next(Train, isDraining) is not MergeQueueStepDecision.MergeQueueWaitDecision;

    /// <summary>Starts the merge queue's next step.</summary>
    /// <param name="isDraining">True if no further batch may be created.</param>
    public void Start(bool isDraining) => _steps.Add(StepAsync(MergeQueueNextStepDecider.Next(Train, isDraining)));

    /// <summary>Removes steps that have ended, and rethrows the exception of a failed step.</summary>
    public async Task CollectAsync()
    {
        foreach (var step in _steps.FindAll(step => step.IsCompleted))
        {
            _steps.Remove(step);
            await step;
        }
    }

    private async Task StepAsync(MergeQueueStepDecision step)
    {
        if (step.IsExclusive)
        {
            Train = Train with { IsBusy = true };
        }
        try
        {
            await ExecuteStepAsync(step);
        }
        catch (FailureException) when (context.IsClosing)
        {
            // Merges that already exist are found again when the tasks are merged the next time.
            Train = Train.AllEnded();
        }
        finally
        {
            if (step.IsExclusive)
            {
                Train = Train with { IsBusy = false };
            }
        }
    }

    /// <summary>
    /// Stops waiting for a task to resolve its conflict. If the task's request is itself waiting until another conflict is resolved, the
    /// request is refused.
    /// </summary>
    public void Pass(string task)
    {
        var waiting = Train.Deferred.Contains(task) ? Train.Queue.Find(request => request.TaskId == task) : null;
        Train = Train.Passed(task);
        if (waiting is not null)
        {
            Train = Train.Answered([waiting]);
            reporter.SendReport(Refusal(waiting, "The task is no longer waiting for its merge.", FailureClass.Environment));
        }
    }

    private Task ExecuteStepAsync(MergeQueueStepDecision step)
    {
        switch (step)
        {
            case MergeQueueStepDecision.MergeBatchCreationDecision build
                when Input.MergesAtOnce && Train.Rules is null or { Speculation: 0, HasLanes: false }:
                return MergeAsync(build);
            case MergeQueueStepDecision.MergeBatchCreationDecision build:
                return BuildAsync(build);
            case MergeQueueStepDecision.AffectedPartsSearchDecision locate:
                return LocateAsync(locate.Requests);
            case MergeQueueStepDecision.MergeBatchRebuildDecision remake:
                return RebuildBatchAsync(remake);
            case MergeQueueStepDecision.MergeBatchGateRunDecision gate:
                Train = Train.Started(gate.Batch, gate.Runs);
                var batch = Train.Find(gate.Batch)!;
                return Workflow.WhenAllAsync(gate.Runs.Select(run => GateAsync(batch, run)));
            case MergeQueueStepDecision.StagingBranchMoveDecision land:
                return LandAsync(Train.Find(land.Batch)!, land.Length);
            case MergeQueueStepDecision.MergeQueueEntryRejectionDecision back:
                var refusal = Train.Find(back.Batch)!.RefusalOf(back.Length);
                Train = Train.WithReturnedEntry(back.Batch, back.Length);
                reporter.SendReport(refusal);
                return Task.CompletedTask;
            case MergeQueueStepDecision.MergeBatchAbandonmentDecision up:
                Train = Train.WithoutBatch(up.Batch);
                return Task.CompletedTask;
            case MergeQueueStepDecision.MergeBatchEndDecision end:
                Train = Train.Ended(end.Batch);
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    /// <summary>Merges, tests and lands a batch in a single activity, which stops as soon as a decision is needed.</summary>
    private async Task MergeAsync(MergeQueueStepDecision.MergeBatchCreationDecision step)
    {
        var tries = MergeQueueNextStepDecider.TriesOfWhole(Train, step.Requests.Count);
        var merge = new MergeBatchInput(ToBuild(step.Requests), tries);
        MergedBatch merged;
        Merging = step.Requests;
        var begin = Workflow.UtcNow;
        try
        {
            merged = await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.MergeBatchAsync(merge), context.Long());
        }
        catch (ActivityFailureException) when (!context.IsClosing)
        {
            // If the parts are executed one by one, the one that fails reports its own fault.
            await BuildAsync(step);
            return;
        }
        finally
        {
            Merging = [];
        }
        HandleBuiltBatch(step, merged.Built);
        if (merged.Gated is { } gated && Train.Batches is [var batch])
        {
            HandleGateResult(batch.Id, new MergeBatchPrefixGateRequest(batch.Entries.Count, tries), gated, Workflow.UtcNow - begin);
        }
        if (merged.Landed is { } landed)
        {
            HandleLandedBatch(Train.LastBatch, merged.Built.Count, landed);
        }
    }

    private BuildBatchInput ToBuild(IReadOnlyList<TaskMergeRequest> requests) =>
        new(Input.RunId, Input.Repository, Input.PlanHash, requests) { StagingTip = context.Position.Commit };

    private async Task BuildAsync(MergeQueueStepDecision.MergeBatchCreationDecision step)
    {
        var build = ToBuild(step.Requests) with { Onto = Train.Find(step.After)?.Merges[^1].Commit ?? "" };
        IReadOnlyList<MergeResult> results;
        try
        {
            results = await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.BuildBatchAsync(build), context.Long());
        }
        catch (ActivityFailureException failure) when (!context.IsClosing)
        {
            if (step.After == 0)
            {
                HandleFailedBatch(step.Requests, step.Requests, failure);
            }
            else
            {
                Train = Train.NotBuiltOn(step.After, step.Requests);
            }
            return;
        }
        HandleBuiltBatch(step, results);
    }

    private void HandleBuiltBatch(MergeQueueStepDecision.MergeBatchCreationDecision step, IReadOnlyList<MergeResult> results)
    {
        if (step.After == 0)
        {
            context.MovedTo(results[0].Onto);
        }
        reporter.Note(results[0].Note);
        var (entries, merges) = (new List<TaskMergeRequest>(), new List<MergeResult>());
        foreach (var (request, result) in step.Requests.Zip(results))
        {
            switch (result.Outcome)
            {
                case MergeOutcome.Made:
                    entries.Add(request);
                    merges.Add(result);
                    break;
                case var _ when step.After != 0:
                    // The request is merged with staging once the batch below it is decided.
                    Train = Train.NotBuiltOn(step.After, [request]);
                    break;
                case MergeOutcome.Conflict:
                    Resolve(request, result);
                    break;
                default:
                    Answer(request, result);
                    break;
            }
        }
        Train = Train.Built(entries, merges, step.After);
    }

    private async Task LocateAsync(IReadOnlyList<TaskMergeRequest> requests)
    {
        var locate = new FindAffectedRepositoryPartsInput(Input.RunId, Input.Repository, Input.PlanHash, requests)
        {
            StagingTip = context.Position.Commit,
        };
        IReadOnlyList<AffectedRepositoryParts> locations;
        try
        {
            locations = await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.LocateWorkAsync(locate), context.Long());
        }
        catch (ActivityFailureException) when (!context.IsClosing)
        {
            // The merge itself will report the fault.
            locations = [.. requests.Select(_ => new AffectedRepositoryParts([]))];
        }
        Train = Train.Located(requests, locations);
    }

    private async Task RebuildBatchAsync(MergeQueueStepDecision.MergeBatchRebuildDecision step)
    {
        IReadOnlyList<MergeResult> results;
        try
        {
            var build = ToBuild(step.Entries);
            results = await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.BuildBatchAsync(build), context.Long());
        }
        catch (ActivityFailureException) when (!context.IsClosing)
        {
            Train = Train.WithRebuiltBatch(step, []);
            return;
        }
        context.MovedTo(results[0].Onto);
        reporter.Note(results[0].Note);
        Train = Train.WithRebuiltBatch(step, results);
    }

    private async Task GateAsync(TrainBatch batch, MergeBatchPrefixGateRequest run)
    {
        var gate = new VerifyMergeBatchInput(
            Input.RunId,
            Input.Repository,
            Input.PlanHash,
            [.. batch.Entries.Take(run.Length)],
            batch.Merges[0].Onto,
            batch.Merges[run.Length - 1].Commit,
            run.Tries
        );
        MergeResult result;
        var begin = Workflow.UtcNow;
        try
        {
            result =
                await _hosts.TryElsewhereAsync(gate, batch.Merges[run.Length - 1].Tree, GatesOf(batch.Id))
                ?? await _hosts.AtHomeAsync(gate, GatesOf(batch.Id));
        }
        catch (FailureException failure)
        {
            // Other gate runs of this round continue.
            result = Failed(batch.Entries[run.Length - 1], failure);
        }
        HandleGateResult(batch.Id, run, result, Workflow.UtcNow - begin);
    }

    /// <summary>Returns the cancellation token for a batch's gates.</summary>
    private CancellationToken GatesOf(int batch)
    {
        if (!_gates.TryGetValue(batch, out var gates))
        {
            _gates[batch] = gates = context.LinkToClosing();
        }
        return gates.Token;
    }

    /// <summary>Cancels the gates of batches that have ended, for example because a batch on which they were built failed.</summary>
    private void StopGatesOfEnded()
    {
        foreach (var (batch, gates) in _gates.Where(gates => Train.Find(gates.Key) is null).ToList())
        {
            _gates.Remove(batch);
            gates.Cancel();
            gates.Dispose();
        }
    }

    private void HandleGateResult(int batchId, MergeBatchPrefixGateRequest run, MergeResult result, TimeSpan duration)
    {
        if (Train.Find(batchId) is not { } batch)
        {
            return;
        }
        Train = Train.Gated(batchId, run.Length, result, duration);
        if (result.Flaky.Count > 0)
        {
            reporter.Note($"Flaky: {string.Join(", ", result.Flaky)} failed and then passed on the same tree.");
        }
        if (
            result.Outcome == MergeOutcome.Refused
            && !batch.IsAlone
            && run.Length == batch.Entries.Count
            && !batch.Results.ContainsKey(run.Length)
        )
        {
            var together = string.Join(", ", batch.Entries.Select(entry => entry.TaskId));
            reporter.Note($"Gates fail with {together} merged together; searching for the task that breaks them.");
        }
    }

    private async Task LandAsync(TrainBatch batch, int length)
    {
        var said = batch.Results[length].Message;
        var merges = batch.Merges.Take(length).Skip(batch.Landed).Select(merge => merge with { Message = said });
        var land = new AdvanceStagingBranchInput(Input.RunId, Input.Repository, Input.PlanHash, [.. merges])
        {
            StagingTip = context.Position.Commit,
        };
        IReadOnlyList<MergeResult> results;
        try
        {
            results = await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.LandBatchAsync(land), context.Long());
        }
        catch (ActivityFailureException failure) when (!context.IsClosing)
        {
            Train = Train.Ended(batch.Id);
            HandleFailedBatch(batch.Entries, [.. batch.Rest], failure);
            return;
        }
        HandleLandedBatch(batch.Id, length, results);
    }

    private void HandleLandedBatch(int batch, int length, IReadOnlyList<MergeResult> results)
    {
        reporter.Note(results[0].Note);
        if (!results[0].Merged)
        {
            Train = Train.Ended(batch);
            return;
        }
        context.MovedTo(results[^1].Commit);
        Train = Train.Landed(batch, length);
        reporter.SendReport(results);
    }

    /// <summary>Returns a conflicting entry to its task, or makes the entry wait if another conflict is being resolved.</summary>
    private void Resolve(TaskMergeRequest request, MergeResult conflict)
    {
        if (Train.MayResolve(request))
        {
            Train = Train.SentToResolve(request);
            reporter.SendReport(conflict);
            return;
        }
        Train = Train.PutOff(request);
        reporter.ReportDeferred(conflict);
    }

    /// <summary>
    /// Handles the permanent failure of a batch's step. If the batch has a single entry, the entry's result is the failure. Otherwise, the
    /// entries are merged one by one, so that each reports its own error.
    /// </summary>
    /// <param name="batch">All entries of the batch.</param>
    /// <param name="rest">Entries that are not on staging.</param>
    /// <param name="failure">Failure of the step.</param>
    private void HandleFailedBatch(
        IReadOnlyList<TaskMergeRequest> batch,
        IReadOnlyList<TaskMergeRequest> rest,
        ActivityFailureException failure
    )
    {
        if (batch is [var alone])
        {
            Answer(alone, Failed(alone, failure));
            return;
        }
        reporter.Note($"Merged one by one: {FailureCause.Of(failure)}");
        Train = Train.SetApart(rest);
    }

    private void Answer(TaskMergeRequest request, MergeResult result)
    {
        Train = Train.Answered([request]);
        reporter.SendReport(result);
    }

    /// <summary>Creates the result for a failed step. If the disk is full, the task backs off and sends its work again.</summary>
    private static MergeResult Failed(TaskMergeRequest request, FailureException failure) =>
        Refusal(
            request,
            FailureCause.Of(failure),
            failure is ActivityFailureException activity && Calls.ActivityDefaults.DiskFull(activity) is not null
                ? FailureClass.Environment
                : FailureClass.Invalid
        );

    private static MergeResult Refusal(TaskMergeRequest request, string message, FailureClass failureClass) =>
        new()
        {
            TaskId = request.TaskId,
            Attempt = request.Attempt,
            Message = message,
            FailureClass = failureClass,
        };
}
