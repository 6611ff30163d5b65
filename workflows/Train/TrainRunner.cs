using Orchestrator.Plans;

namespace Orchestrator.Workflows.Train;

/// <summary>Carries out what <see cref="TrainRules"/> decide: merges verified tasks, alone or as a batch, and reports the
/// results.</summary>
internal sealed class TrainRunner(TrainContext context, TrainReporter reporter)
{
    private readonly BatchSteps _batch = new(context, reporter);

    private TrainState Train
    {
        get => context.State;
        set => context.State = value;
    }

    /// <summary>Whether there is something to do.</summary>
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
        catch (ActivityFailureException failure)
        {
            // Merged one by one, each entry shows its own fault.
            reporter.Note($"Merged one by one: {FailureCause.Of(failure)}");
            Train = Train.GivenUp();
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
            reporter.Tell(waiting, new MergeResult { Message = "It waits no more.", FailureClass = FailureClasses.Environment });
        }
    }

    private async Task CarryOutAsync(TrainStep step)
    {
        switch (step)
        {
            case TrainStep.MergeAlone alone:
                await MergeAloneAsync(alone);
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
                var offender = Train.Batch!.Entries[back.Length - 1];
                Train = Train.SentBack(back.Length);
                reporter.Tell(offender, _batch.RefusalOf(back.Length));
                break;
            case TrainStep.GiveUp:
                Train = Train.GivenUp();
                break;
            default:
                Train = Train.Ended();
                break;
        }
    }

    private async Task MergeAloneAsync(TrainStep.MergeAlone alone)
    {
        MergeResult result;
        try
        {
            result = await _batch.MergeAloneAsync(alone.Request, alone.Tries);
        }
        catch (ActivityFailureException failure) when (!context.IsClosing)
        {
            result = new MergeResult
            {
                Message = FailureCause.Of(failure),
                // The task is parked and sends its work once more.
                FailureClass = Calls.ActivityDefaults.DiskFull(failure) is null ? FailureClasses.Invalid : FailureClasses.Environment,
            };
        }
        if (result.Conflict)
        {
            Resolve(alone.Request, result);
            return;
        }
        Train = Train.AnsweredAlone(alone.Request, result.Merged, result.Flaky);
        reporter.Tell(alone.Request, result);
    }

    /// <summary>Sends an entry in conflict with staging back, unless another one is being resolved.</summary>
    private void Resolve(MergeRequest request, MergeResult conflict)
    {
        if (Train.MayResolve(request))
        {
            Train = Train.SentToResolve(request);
            reporter.Tell(request, conflict);
            return;
        }
        Train = Train.PutOff(request);
        reporter.TellDeferred(request, conflict);
    }

    private async Task BuildAsync(IReadOnlyList<MergeRequest> requests)
    {
        IReadOnlyList<BuiltMerge> merges;
        try
        {
            merges = await _batch.BuildAsync(requests);
        }
        catch (ActivityFailureException) when (!context.IsClosing)
        {
            Train = Train.Built([requests[0]]);
            return;
        }
        foreach (var (request, merge) in requests.Zip(merges).Where(made => made.Second.Answer is not null))
        {
            if (merge.Answer!.Conflict)
            {
                Resolve(request, merge.Answer);
                continue;
            }
            Train = Train.Answered([request]);
            reporter.Tell(request, merge.Answer);
        }
        Train = Train.Built([.. requests.Zip(merges).Where(made => made.Second.Answer is null).Select(made => made.First)]);
    }

    private async Task GateAsync(PrefixRun run)
    {
        var batch = Train.Batch!;
        BatchGated gated;
        try
        {
            gated = await _batch.GateAsync(batch.Entries, run);
        }
        catch (FailureException failure)
        {
            // Others of the round go on. Merged one by one, each entry shows its own fault.
            gated = new BatchGated(
                new GateSummary { Proof = GateProof.Failed, BlamesMachine = true },
                new MergeResult { Message = failure.Message }
            );
        }
        Train = Train.Gated(run.Length, new PrefixResult(gated.Gates, gated.Refusal is null ? 0 : run.Tries));
        reporter.Note(GateWords.Flaky(gated.Gates));
        if (gated.Refusal is not null && run.Length == batch.Entries.Count && !batch.Results.ContainsKey(run.Length))
        {
            var together = string.Join(", ", batch.Entries.Select(entry => entry.TaskId));
            reporter.Note($"Gates do not hold with {together} merged together: it is looked for which of them it is.");
        }
    }

    private async Task LandAsync(int length)
    {
        var batch = Train.Batch!;
        if (!await _batch.LandAsync(batch, length))
        {
            Train = Train.Ended();
            return;
        }
        Train = Train.Landed(length);
        reporter.Tell([
            .. Enumerable
                .Range(batch.Landed, length - batch.Landed)
                .Select(i => TrainReporter.Answer(batch.Entries[i], _batch.MergedAt(i + 1, length))),
        ]);
    }
}
