using Orchestrator.Messages;
using Orchestrator.Workflows.Train;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Merges verified tasks, in the order in which they were verified: one alone as it is, several as a batch. What comes next is decided by
/// <see cref="TrainRules"/>.
/// </summary>
internal sealed class MergeTrain(RunContext context, TaskMessenger messenger)
{
    private readonly RunState _state = context.State;
    private readonly BatchSteps _batch = new(context);

    private TrainState Train
    {
        get => _state.Train;
        set => _state.Train = value;
    }

    /// <summary>As long as the run lives.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => !_state.IsDraining && !Train.Queue.IsEmpty, CancellationToken.None);
            Train = Train with
            {
                Limit = _state.Rules.TrainBatch,
                Parallel = _state.Rules.TrainParallel,
                DependsOn = task => _state.Board.TryFind(task)?.Outline.DependsOn ?? [],
            };
            _state.IsMerging = true;
            do
            {
                await StepAsync();
            } while (Train.Batch is not null);
            _state.IsMerging = false;
        }
    }

    private async Task StepAsync()
    {
        // Gates may wait for those of another run: a run that is to end does not wait with them.
        if (_state.IsCancelled)
        {
            Train = Train.Ended();
            if (!Train.Queue.IsEmpty)
            {
                Answer(Train.Queue[0], TaskMessenger.NotMerged);
            }
            return;
        }
        try
        {
            await CarryOutAsync(TrainRules.Next(Train));
        }
        catch (FailureException) when (_state.IsCancelled)
        {
            // What it had done by then is found by whoever merges the tasks the next time.
            Train = Train.Ended();
        }
        catch (ActivityFailureException failure)
        {
            // Alone, each entry says what is wrong with it.
            _state.Note($"Merged one by one: {PayloadPaging.Brief(failure.InnerException?.Message ?? failure.Message)}", RunContext.Now);
            Train = Train.GivenUp();
        }
    }

    private async Task CarryOutAsync(TrainStep step)
    {
        switch (step)
        {
            case TrainStep.MergeAlone alone:
                var result = await MergeAloneAsync(alone);
                Train = Train.AnsweredAlone(alone.Request, result.Merged, result.Flaky);
                Answer(alone.Request, result);
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
                Answer(offender, _batch.RefusalOf(back.Length));
                break;
            case TrainStep.GiveUp:
                Train = Train.GivenUp();
                break;
            default:
                Train = Train.Ended();
                break;
        }
    }

    private async Task<MergeResult> MergeAloneAsync(TrainStep.MergeAlone alone)
    {
        try
        {
            var result = await _batch.MergeAloneAsync(alone.Request, alone.Tries);
            if (result.Merged)
            {
                _state.StagingTip = result.Commit;
            }
            return result;
        }
        catch (FailureException) when (_state.IsCancelled)
        {
            // What it had done by then is found by whoever merges the task the next time.
            return TaskMessenger.NotMerged;
        }
        catch (ActivityFailureException failure)
        {
            return new MergeResult { Message = failure.InnerException?.Message ?? failure.Message, FailureClass = FailureClasses.Invalid };
        }
    }

    private async Task BuildAsync(IReadOnlyList<MergeRequest> requests)
    {
        IReadOnlyList<BuiltMerge> merges;
        try
        {
            merges = await _batch.BuildAsync(requests);
        }
        catch (ActivityFailureException) when (!_state.IsCancelled)
        {
            Train = Train.Built([requests[0]]);
            return;
        }
        foreach (var (request, merge) in requests.Zip(merges).Where(made => made.Second.Answer is not null))
        {
            Train = Train.Answered([request]);
            Answer(request, merge.Answer!);
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
            // Others of the round go on. Alone, each entry says what is wrong with it.
            gated = new BatchGated
            {
                Refusal = new MergeResult { Message = failure.Message },
                BlamesMachine = true,
            };
        }
        Train = Train.Gated(
            run.Length,
            new PrefixResult(gated.Refusal is null, gated.Refusal is null ? 0 : run.Tries)
            {
                Failed = gated.Failed,
                BlamesMachine = gated.BlamesMachine,
            },
            gated.Flaky
        );
        var now = RunContext.Now;
        if (gated.Flaky.Count > 0)
        {
            _state.Note($"Flaky: {string.Join(", ", gated.Flaky)} failed and then held on the same tree.", now);
        }
        if (gated.Refusal is not null && run.Length == batch.Entries.Count && !batch.Results.ContainsKey(run.Length))
        {
            _state.Note(
                $"Gates do not hold with {string.Join(", ", batch.Entries.Select(entry => entry.TaskId))} merged together: it is looked for which of them it is.",
                now
            );
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
        for (var i = batch.Landed; i < length; i++)
        {
            Answer(batch.Entries[i], new MergeResult { Merged = true, Commit = _batch.CommitOf(i + 1) });
        }
    }

    /// <summary>It has its answer; told while the next one is merged.</summary>
    private void Answer(MergeRequest request, MergeResult result)
    {
        Train = Train.Answered([request]);
        var answer = result with { Attempt = request.Attempt };
        context.Background.Begin(messenger.TellAsync(request.TaskId, t => t.MergeDoneAsync(answer)));
    }
}
