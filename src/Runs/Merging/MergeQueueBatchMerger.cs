namespace Orchestrator.Runs.Merging;

/// <summary>
/// Merges one or more verified commits without a checkout. First, each merge is created on top of the previous one. Gates are then run on
/// the last merge or on earlier ones. Finally, staging moves by compare-and-swap to the last merge that passed, which is exactly the commit
/// that the gates checked.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="caller">Returns the state of the workflow execution that requested the step.</param>
/// <remarks>The merge queue workflow keeps the commit ids between the steps. No ref names the commits before staging moves. If a step is
/// killed, it is repeated, and missing commits are created again. The workflow also passes the position of staging. If the branch is ahead
/// by merges of the same requests, a killed step moved it. Any other position is reverted, except for merges of a workflow execution that
/// was reset.</remarks>
public sealed class MergeQueueBatchMerger(RunServiceBundle services, GetCallerState caller)
{
    /// <summary>
    /// Creates the merges of a batch without moving staging. If another program has moved staging, the branch is first moved back to the
    /// tip that the run recorded.
    /// </summary>
    /// <param name="input">The merge requests, and the recorded position of staging.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>The results described in <see cref="IMergeQueueActivities.BuildBatchAsync"/>.</returns>
    public async Task<IReadOnlyList<MergeResult>> BuildAsync(BuildBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var attempt = new MergeAttempt(repository, files, services.AskRun);
        if (input.Onto.Length > 0)
        {
            return await MergeAsync(repository, attempt, input.Requests, input.Onto, isStaging: false, found: null, stop);
        }
        var record = StagingBranchReconciler.Of(repository, files);
        var recorded = await record.UpdateRecordedAsync(input.StagingTip, caller, stop);
        var (ahead, isAsRecorded) = await record.ReadAsync(recorded, stop);
        var found = isAsRecorded || ahead is null ? null : await attempt.FindMergedAsync(input.Requests, recorded, ahead, stop);
        var (staging, note) = isAsRecorded ? (ahead!, "") : await RestoreStagingAsync(record, found?[^1].Commit ?? recorded, stop);
        var results = await MergeAsync(repository, attempt, input.Requests, staging, isStaging: true, found, stop);
        return [results[0] with { Onto = staging, Note = note }, .. results.Skip(1)];
    }

    /// <summary>Merges the commits of the requests, each on top of the previous merge.</summary>
    /// <param name="onto">Commit onto which the first request is merged.</param>
    /// <param name="isStaging">True if <paramref name="onto"/> is the position of staging. The task must then resolve a conflict
    /// itself.</param>
    /// <param name="found">Merges of the requests that are already on staging.</param>
    private static async Task<IReadOnlyList<MergeResult>> MergeAsync(
        GitRepository repository,
        MergeAttempt attempt,
        IReadOnlyList<TaskMergeRequest> requests,
        string onto,
        bool isStaging,
        IReadOnlyList<MergeResult>? found,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var (tip, results) = (onto, new List<MergeResult>());
        foreach (var request in requests)
        {
            stop.ThrowIfCancellationRequested();
            var isFirst = tip == onto;
            if (await commits.IsAncestorAsync(request.Commit, onto, stop))
            {
                results.Add(found?.FirstOrDefault(merged => merged.TaskId == request.TaskId) ?? NothingToMerge(request, onto));
                continue;
            }

            // The work of another entry contains this one. Its own result follows when that entry is on staging.
            if (!isFirst && await commits.IsAncestorAsync(request.Commit, tip, stop))
            {
                break;
            }

            // Only a conflict of the first task is reported, because it is a conflict with staging itself. Later tasks wait, so that the
            // result does not depend on timing.
            var made = await attempt.MakeAsync(request, tip, withEvidence: isFirst && isStaging, stop);
            if (made.Outcome != MergeOutcome.Made && !isFirst)
            {
                break;
            }
            results.Add(made);
            tip = made.Outcome == MergeOutcome.Made ? made.Commit : tip;
        }
        return results;
    }

    /// <summary>Runs gates on one of the merges, in a separate worktree.</summary>
    /// <param name="input">The merge to check.</param>
    /// <param name="stop">Stops the running gate.</param>
    /// <returns>The result described in <see cref="IMergeQueueActivities.GateBatchAsync"/>.</returns>
    public async Task<MergeResult> GateAsync(VerifyMergeBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        // A commit that this process created is cached. If the commit no longer exists, the checkout fails.
        if (await new GitCommitReaderAndWriter(repository).ReadAsync(input.Commit, stop) is null)
        {
            return BatchGoneResult(input);
        }
        try
        {
            return await new MergeGateRunner(services, repository, files).RunAsync(
                input.Requests,
                input.Base,
                input.Commit,
                input.Tries,
                stop
            );
        }
        catch (GitException)
        {
            if (await repository.HasCommitAsync(input.Commit, stop))
            {
                throw;
            }
            return BatchGoneResult(input);
        }
    }

    /// <summary>
    /// Moves staging to the last of the given merges of a batch. If a killed step has already moved staging, the move is not repeated.
    /// </summary>
    /// <param name="input">The merges to land.</param>
    /// <param name="stop">Cancels before staging moves.</param>
    /// <returns>The results described in <see cref="IMergeQueueActivities.LandBatchAsync"/>.</returns>
    public async Task<IReadOnlyList<MergeResult>> LandAsync(AdvanceStagingBranchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var record = StagingBranchReconciler.Of(repository, files);
        var (from, to, note) = (input.Merges[0].Onto, input.Merges[^1].Commit, "");
        if ((await record.ReadAsync(to, stop)).IsAsRecorded)
        {
            return Results(isMoved: true);
        }
        var recorded = await record.UpdateRecordedAsync(input.StagingTip, caller, stop);
        while (true)
        {
            (var staging, var message) = await RestoreStagingAsync(record, recorded, stop);
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
                // git refuses to move a ref to a missing commit.
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

    private static MergeResult NothingToMerge(TaskMergeRequest request, string staging) =>
        MergeAttempt.Of(request, staging) with
        {
            Outcome = MergeOutcome.Merged,
            Commit = staging,
            Message = "nothing to merge, because staging already contains this work.",
        };

    private static MergeResult BatchGoneResult(VerifyMergeBatchInput input) =>
        MergeAttempt.Of(input.Requests[^1], input.Base) with
        {
            Message = $"The merge commit {input.Commit} is missing, so the merge will be repeated.",
            FailureClass = FailureClass.Transient,
        };

    /// <summary>Returns the tip of staging. If another program has moved the branch, it is first moved back.</summary>
    private async Task<(string Staging, string Message)> RestoreStagingAsync(
        StagingBranchReconciler record,
        string recorded,
        CancellationToken stop
    )
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
                throw new RunStepFailedException(message, "StagingGone");
            }
            note = message;
        }
    }
}
