namespace Orchestrator.Runs.Merging;

/// <summary>Merges several verified commits at once: first the merges are made one on top of the other, then gates run on the last or on
/// earlier ones, then staging moves to the last good one, the very commit on which the gates ran. The run keeps the commits between the
/// steps, and no ref names them before staging does: a killed step is repeated, and commits that are gone are made again.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="caller">Finds out the state of the requesting execution.</param>
public sealed class TrainBatches(RunServices services, AskCaller caller)
{
    /// <summary>Makes the merges. Changes nothing else, except that a moved staging branch is put back.</summary>
    /// <param name="input">What is to be merged, and the position of staging.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<BatchBuilt> BuildAsync(BuildBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var record = new StagingRecord(repository, RunRefs.Staging(files.Settings, files.Folder), files.Folder);
        var commits = new CommitStore(repository);
        var attempt = new MergeAttempt(repository, files, services.AskRun);
        var (staging, message) = await SettleAsync(record, await record.BringUpToDateAsync(input.StagingTip, caller, stop), stop);
        var (tip, merges) = (staging, new List<BuiltMerge>());
        foreach (var request in input.Requests)
        {
            stop.ThrowIfCancellationRequested();
            var isFirst = tip == staging;
            if (await commits.IsAncestorAsync(request.Commit, staging, stop))
            {
                merges.Add(new BuiltMerge("", TaskMerge.Merged(staging, "nothing to merge: staging has it already.")));
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
            if (made.Refusal is not null && !isFirst)
            {
                break;
            }
            merges.Add(new BuiltMerge(made.Commit, made.Refusal));
            tip = made.Refusal is null ? made.Commit : tip;
        }
        return new BatchBuilt
        {
            Base = staging,
            Merges = merges,
            Message = message,
        };
    }

    /// <summary>Runs gates on one of the merges, in a separate worktree. A merge that is gone has no result.</summary>
    /// <param name="input">Which.</param>
    /// <param name="stop">Stops the gate that runs.</param>
    public async Task<BatchGated> GateAsync(GateBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        // A commit that this process made is remembered; if it is gone since, the checkout fails.
        if (await new CommitStore(repository).ReadAsync(input.Commit, stop) is null)
        {
            throw Gone();
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
            throw Gone();
        }
        StepException Gone() => new($"The merge {input.Commit} is gone; it is made anew.", "MergeGone");
    }

    /// <summary>Moves staging over merges of the batch. If a killed step did it already, that is found.</summary>
    /// <param name="input">From where to where.</param>
    /// <param name="stop">Ends it before staging moves.</param>
    public async Task<BatchLanded> LandAsync(LandBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var record = new StagingRecord(repository, RunRefs.Staging(files.Settings, files.Folder), files.Folder);
        if ((await record.ReadAsync(input.To, stop)).IsAsRecorded)
        {
            return new BatchLanded(true);
        }
        var recorded = await record.BringUpToDateAsync(input.StagingTip, caller, stop);
        var note = "";
        while (true)
        {
            (var staging, var message) = await SettleAsync(record, recorded, stop);
            note = message.Length > 0 ? message : note;
            if (staging != input.From)
            {
                return new BatchLanded(staging == input.To, note);
            }
            try
            {
                if (await record.MoveAsync(input.To, staging, $"merge {string.Join(", ", input.Tasks)}"))
                {
                    return new BatchLanded(true, note);
                }
            }
            catch (GitException)
            {
                // git refuses a ref to a missing commit.
                if (await repository.HasCommitAsync(input.To, stop))
                {
                    throw;
                }
                return new BatchLanded(false, note);
            }
        }
    }

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
