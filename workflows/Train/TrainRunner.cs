namespace Orchestrator.Workflows.Train;

/// <summary>Carries out what <see cref="TrainRules"/> decide: makes the merges of a batch, runs gates on them, moves staging over those
/// that pass, and reports the results.</summary>
internal sealed class TrainRunner(TrainContext context, TrainReporter reporter)
{
    private TrainInput Input => context.Input;

    private TrainState Train
    {
        get => context.State;
        set => context.State = value;
    }

    /// <summary>Entries of the batch that is being merged, gated and landed in one step.</summary>
    public IReadOnlyList<MergeRequest> Merging { get; private set; } = [];

    /// <summary>True if there is something to do.</summary>
    public bool HasStep => TrainRules.Next(Train) is not TrainStep.Wait;

    /// <summary>Takes the next step.</summary>
    public async Task StepAsync()
    {
        try
        {
            await CarryOutAsync(TrainRules.Next(Train));
        }
        catch (FailureException) when (context.IsClosing)
        {
            // What was already done is found when the tasks are merged the next time.
            Train = Train.Ended();
        }
    }

    /// <summary>Stops waiting for a task. If it waits itself for another conflict to be resolved, it gets its result.</summary>
    public void Pass(string task)
    {
        var waiting = Train.Deferred.Contains(task) ? Train.Queue.Find(request => request.TaskId == task) : null;
        Train = Train.Passed(task);
        if (waiting is not null)
        {
            Train = Train.Answered([waiting]);
            reporter.Tell(Refusal(waiting, "It no longer waits.", FailureClass.Environment));
        }
    }

    private async Task CarryOutAsync(TrainStep step)
    {
        switch (step)
        {
            case TrainStep.Build build when Input.MergesAtOnce:
                await MergeAsync(build.Requests);
                break;
            case TrainStep.Build build:
                await BuildAsync(build.Requests);
                break;
            case TrainStep.Gate gate:
                Train = Train.Started(gate.Runs);
                await Workflow.WhenAllAsync(gate.Runs.Select(GateAsync));
                break;
            case TrainStep.Land land:
                await LandAsync(land.Length);
                break;
            case TrainStep.SendBack back:
                var refusal = Train.Batch!.Results[back.Length];
                Train = Train.SentBack(back.Length);
                reporter.Tell(refusal);
                break;
            case TrainStep.GiveUp:
                Train = Train.GivenUp();
                break;
            default:
                Train = Train.Ended();
                break;
        }
    }

    /// <summary>Merges, gates and lands a batch by one activity, which stops where something has to be decided.</summary>
    private async Task MergeAsync(IReadOnlyList<MergeRequest> requests)
    {
        var merge = new MergeBatchInput(ToBuild(requests), TrainRules.Failures);
        MergedBatch merged;
        Merging = requests;
        try
        {
            merged = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.MergeBatchAsync(merge), context.Long);
        }
        catch (ActivityFailureException) when (!context.IsClosing)
        {
            // Done one by one, the impossible step shows its own fault.
            await BuildAsync(requests);
            return;
        }
        finally
        {
            Merging = [];
        }
        TakeBuilt(requests, merged.Built);
        if (merged.Gated is { } gated && Train.Batch is { } batch)
        {
            TakeGated(batch, new PrefixRun(batch.Entries.Count, TrainRules.Failures), gated);
        }
        if (merged.Landed is { } landed)
        {
            TakeLanded(merged.Built.Count, landed);
        }
    }

    private BuildBatchInput ToBuild(IReadOnlyList<MergeRequest> requests) =>
        new(Input.RunId, Input.Repository, Input.PlanHash, requests) { StagingTip = context.Position.Commit };

    private async Task BuildAsync(IReadOnlyList<MergeRequest> requests)
    {
        var build = ToBuild(requests);
        IReadOnlyList<MergeResult> results;
        try
        {
            results = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.BuildBatchAsync(build), context.Long);
        }
        catch (ActivityFailureException failure) when (!context.IsClosing)
        {
            GiveUp(requests, requests, failure);
            return;
        }
        TakeBuilt(requests, results);
    }

    private void TakeBuilt(IReadOnlyList<MergeRequest> requests, IReadOnlyList<MergeResult> results)
    {
        context.MovedTo(results[0].Onto);
        reporter.Note(results[0].Note);
        var (entries, merges) = (new List<MergeRequest>(), new List<MergeResult>());
        foreach (var (request, result) in requests.Zip(results))
        {
            switch (result.Outcome)
            {
                case MergeOutcome.Made:
                    entries.Add(request);
                    merges.Add(result);
                    break;
                case MergeOutcome.Conflict:
                    Resolve(request, result);
                    break;
                default:
                    Answer(request, result);
                    break;
            }
        }
        Train = Train.Built(entries, merges);
    }

    private async Task GateAsync(PrefixRun run)
    {
        var batch = Train.Batch!;
        var gate = new GateBatchInput(
            Input.RunId,
            Input.Repository,
            Input.PlanHash,
            [.. batch.Entries.Take(run.Length)],
            batch.Merges[0].Onto,
            batch.Merges[run.Length - 1].Commit,
            run.Tries
        );
        MergeResult result;
        try
        {
            result = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.GateBatchAsync(gate), context.Long);
        }
        catch (FailureException failure)
        {
            // Others of the round go on.
            result = Failed(batch.Entries[run.Length - 1], failure);
        }
        TakeGated(batch, run, result);
    }

    private void TakeGated(TrainBatch batch, PrefixRun run, MergeResult result)
    {
        Train = Train.Gated(run.Length, result);
        if (result.Flaky.Count > 0)
        {
            reporter.Note($"Flaky: {string.Join(", ", result.Flaky)} failed and then held on the same tree.");
        }
        if (
            result.Outcome == MergeOutcome.Refused
            && !batch.IsAlone
            && run.Length == batch.Entries.Count
            && !batch.Results.ContainsKey(run.Length)
        )
        {
            var together = string.Join(", ", batch.Entries.Select(entry => entry.TaskId));
            reporter.Note($"Gates do not hold with {together} merged together; looking for the one that breaks them.");
        }
    }

    private async Task LandAsync(int length)
    {
        var batch = Train.Batch!;
        var said = batch.Results[length].Message;
        var merges = batch.Merges.Take(length).Skip(batch.Landed).Select(merge => merge with { Message = said });
        var land = new LandBatchInput(Input.RunId, Input.Repository, Input.PlanHash, [.. merges]) { StagingTip = context.Position.Commit };
        IReadOnlyList<MergeResult> results;
        try
        {
            results = await Workflow.ExecuteActivityAsync((ITrainActivities a) => a.LandBatchAsync(land), context.Long);
        }
        catch (ActivityFailureException failure) when (!context.IsClosing)
        {
            GiveUp(batch.Entries, [.. batch.Rest], failure);
            return;
        }
        TakeLanded(length, results);
    }

    private void TakeLanded(int length, IReadOnlyList<MergeResult> results)
    {
        reporter.Note(results[0].Note);
        if (!results[0].Merged)
        {
            Train = Train.Ended();
            return;
        }
        context.MovedTo(results[^1].Commit);
        Train = Train.Landed(length);
        reporter.Tell(results);
    }

    /// <summary>Sends an entry in conflict with staging back, unless another one is being resolved.</summary>
    private void Resolve(MergeRequest request, MergeResult conflict)
    {
        if (Train.MayResolve(request))
        {
            Train = Train.SentToResolve(request);
            reporter.Tell(conflict);
            return;
        }
        Train = Train.PutOff(request);
        reporter.TellDeferred(conflict);
    }

    /// <summary>A step of the batch is impossible. Merged one by one, each entry shows its own fault.</summary>
    /// <param name="batch">All entries of the batch.</param>
    /// <param name="rest">Those that are not on staging.</param>
    /// <param name="failure">Why.</param>
    private void GiveUp(IReadOnlyList<MergeRequest> batch, IReadOnlyList<MergeRequest> rest, ActivityFailureException failure)
    {
        if (batch is [var alone])
        {
            Train = Train.Ended();
            Answer(alone, Failed(alone, failure));
            return;
        }
        reporter.Note($"Merged one by one: {FailureCause.Of(failure)}");
        Train = Train.SetApart(rest);
    }

    private void Answer(MergeRequest request, MergeResult result)
    {
        Train = Train.Answered([request]);
        reporter.Tell(result);
    }

    /// <summary>A full disk parks the task, which sends its work once more.</summary>
    private static MergeResult Failed(MergeRequest request, FailureException failure) =>
        Refusal(
            request,
            FailureCause.Of(failure),
            failure is ActivityFailureException activity && Calls.ActivityDefaults.DiskFull(activity) is not null
                ? FailureClass.Environment
                : FailureClass.Invalid
        );

    private static MergeResult Refusal(MergeRequest request, string message, FailureClass failureClass) =>
        new()
        {
            TaskId = request.TaskId,
            Attempt = request.Attempt,
            Message = message,
            FailureClass = failureClass,
        };
}
