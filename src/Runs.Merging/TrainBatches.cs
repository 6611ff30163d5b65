namespace Orchestrator.Runs.Merging;

/// <summary>Merges verified commits, one or several at once, without a checkout: first the merges are made one on top of the other, then
/// gates run on the last or on earlier ones, then staging moves by compare-and-swap to the last good one, the very commit on which the
/// gates ran. The train keeps the commits between the steps, and no ref names them before staging does: a killed step is repeated, and
/// commits that are gone are made again. The train passes the position of staging. If the branch is ahead of it by merges of these very
/// requests, they were merged before a crash; anything else is put back, except for merges of an execution that was reset.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="caller">Finds out the state of the requesting execution.</param>
public sealed class TrainBatches(RunServices services, AskCaller caller)
{
    /// <summary>Makes the merges. Changes nothing else, except that a moved staging branch is put back.</summary>
    /// <param name="input">What is to be merged, and the position of staging.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>As <see cref="ITrainActivities.BuildBatchAsync"/> says.</returns>
    public async Task<IReadOnlyList<MergeResult>> BuildAsync(BuildBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var record = Record(repository, files);
        var attempt = new MergeAttempt(repository, files, services.AskRun);
        var recorded = await record.BringUpToDateAsync(input.StagingTip, caller, stop);
        var (ahead, isAsRecorded) = await record.ReadAsync(recorded, stop);
        var found = isAsRecorded || ahead is null ? null : await attempt.FindMergedAsync(input.Requests, recorded, ahead, stop);
        var (staging, note) = isAsRecorded ? (ahead!, "") : await SettleAsync(record, found?[^1].Commit ?? recorded, stop);
        var commits = new CommitStore(repository);
        var (tip, results) = (staging, new List<MergeResult>());
        foreach (var request in input.Requests)
        {
            stop.ThrowIfCancellationRequested();
            var isFirst = tip == staging;
            if (await commits.IsAncestorAsync(request.Commit, staging, stop))
            {
                results.Add(found?.FirstOrDefault(merged => merged.TaskId == request.TaskId) ?? NothingToMerge(request, staging));
                continue;
            }

            // Another entry's work contains this one's: it gets its own result once the other is on staging.
            if (!isFirst && await commits.IsAncestorAsync(request.Commit, tip, stop))
            {
                break;
            }

            // Only the first task's conflict is reported: it is with staging itself. Later ones wait, so that the order does not depend on
            // timing.
            var made = await attempt.MakeAsync(request, tip, withEvidence: isFirst, stop);
            if (made.Outcome != MergeOutcome.Made && !isFirst)
            {
                break;
            }
            results.Add(made);
            tip = made.Outcome == MergeOutcome.Made ? made.Commit : tip;
        }
        results[0] = results[0] with { Onto = staging, Note = note };
        return results;
    }

    /// <summary>Runs gates on one of the merges, in a separate worktree.</summary>
    /// <param name="input">Which.</param>
    /// <param name="stop">Stops the gate that runs.</param>
    /// <returns>As <see cref="ITrainActivities.GateBatchAsync"/> says.</returns>
    public async Task<MergeResult> GateAsync(GateBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        // A commit that this process made is remembered; if it is gone since, the checkout fails.
        if (await new CommitStore(repository).ReadAsync(input.Commit, stop) is null)
        {
            return Gone(input);
        }
        try
        {
            return await new MergeGates(services, repository, files).RunAsync(input.Requests, input.Base, input.Commit, input.Tries, stop);
        }
        catch (GitException)
        {
            if (await repository.HasCommitAsync(input.Commit, stop))
            {
                throw;
            }
            return Gone(input);
        }
    }

    /// <summary>Moves staging over merges of the batch. If a killed step did it already, that is found.</summary>
    /// <param name="input">Which merges.</param>
    /// <param name="stop">Ends it before staging moves.</param>
    /// <returns>As <see cref="ITrainActivities.LandBatchAsync"/> says.</returns>
    public async Task<IReadOnlyList<MergeResult>> LandAsync(LandBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var record = Record(repository, files);
        var (from, to, note) = (input.Merges[0].Onto, input.Merges[^1].Commit, "");
        if ((await record.ReadAsync(to, stop)).IsAsRecorded)
        {
            return Results(isMoved: true);
        }
        var recorded = await record.BringUpToDateAsync(input.StagingTip, caller, stop);
        while (true)
        {
            (var staging, var message) = await SettleAsync(record, recorded, stop);
            note = message.Length > 0 ? message : note;
            if (staging != from)
            {
                return Results(staging == to);
            }
            try
            {
                if (await record.MoveAsync(to, staging, $"merge {string.Join(", ", input.Merges.Select(merge => merge.TaskId))}"))
                {
                    return Results(isMoved: true);
                }
            }
            catch (GitException)
            {
                // git refuses a ref to a missing commit.
                if (await repository.HasCommitAsync(to, stop))
                {
                    throw;
                }
                return Results(isMoved: false);
            }
        }

        IReadOnlyList<MergeResult> Results(bool isMoved) =>
            [
                .. input.Merges.Select(
                    (merge, i) => merge with { Outcome = isMoved ? MergeOutcome.Merged : merge.Outcome, Note = i == 0 ? note : "" }
                ),
            ];
    }

    private static StagingRecord Record(GitRepository repository, RunFiles files) =>
        new(repository, RunRefs.Staging(files.Settings, files.Folder), files.Folder);

    private static MergeResult NothingToMerge(MergeRequest request, string staging) =>
        MergeAttempt.Of(request, staging) with
        {
            Outcome = MergeOutcome.Merged,
            Commit = staging,
            Message = "nothing to merge: staging has it already.",
        };

    private static MergeResult Gone(GateBatchInput input) =>
        MergeAttempt.Of(input.Requests[^1], input.Base) with
        {
            Message = $"The merge {input.Commit} is gone; it is made anew.",
            FailureClass = FailureClass.Transient,
        };

    /// <summary>The position of staging; a moved branch is put back.</summary>
    private async Task<(string Staging, string Message)> SettleAsync(StagingRecord record, string recorded, CancellationToken stop)
    {
        var note = "";
        while (true)
        {
            var (tip, isAsRecorded) = await record.ReadAsync(recorded, stop);
            if (isAsRecorded)
            {
                return (tip!, note);
            }
            var (done, message) = await record.PutBackAsync(recorded, caller, stop);
            if (!done)
            {
                throw new StepException(message, "StagingGone");
            }
            note = message;
        }
    }
}
