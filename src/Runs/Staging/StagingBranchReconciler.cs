using Orchestrator.Git.Refs;

namespace Orchestrator.Runs;

/// <summary>
/// Compares the staging branch with the position that the run's workflow has recorded. The recorded position is the last merge that was
/// reported to the workflow. Each step that uses staging receives this position as an argument.
/// </summary>
/// <param name="name">Full ref name of the staging branch.</param>
/// <param name="folder">The run's folder.</param>
/// <remarks>If the branch has another position, another program moved it, or a step of this run died before its report. The branch is then
/// restored, and its commits are kept under another ref. No file outside git is used for this. After a reset, the workflow's record may be
/// older than the last merge. The ref of the last merge is then used, as far as its commits belong to the run.</remarks>
public sealed class StagingBranchReconciler(GitRepository repository, string name, RunFolder folder)
{
    private readonly RefStore _refs = new(repository);
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly string _lastMerge = RunRefNameBuilder.LastMerge(folder);

    /// <summary>Creates the reconciler for the staging branch of a run.</summary>
    public static StagingBranchReconciler Of(GitRepository repository, RunPlanAndSettings files) =>
        new(repository, RunRefNameBuilder.Staging(files.Settings, files.Folder), files.Folder);

    /// <summary>
    /// Reads the tip of staging, and compares it with the recorded position. If no position is recorded, every tip matches.
    /// </summary>
    /// <param name="recorded">The recorded position, or empty if none is recorded.</param>
    public async Task<(string? Tip, bool IsAsRecorded)> ReadAsync(string recorded, CancellationToken stop)
    {
        var (tip, isSymbolic) = await _refs.ReadWithKindAsync(name, stop);
        return (tip, tip is not null && (recorded.Length == 0 || tip == recorded) && !isSymbolic);
    }

    /// <summary>
    /// Returns the latest position of staging if the recorded one is outdated, and the recorded one otherwise. A position is outdated if
    /// its step was pending when the run was reset, because Temporal then repeats the step with its old argument.
    /// </summary>
    /// <param name="recorded">The recorded position, or empty if none is recorded.</param>
    /// <param name="caller">Returns the state of the workflow execution that requested the step. It is called only if the ref of the last
    /// merge differs from the recorded position.</param>
    public async Task<string> UpdateRecordedAsync(string recorded, GetCallerState caller, CancellationToken stop) =>
        recorded.Length > 0
        && await _refs.ReadAsync(_lastMerge, stop) is { } last
        && last != recorded
        && await caller(stop) == StepRequesterWorkflowStatus.OpenAfterReset
            ? await NewestAsync(recorded, stop)
            : recorded;

    /// <summary>
    /// Finds the run's last merge after the given commit, by following the ref that moves with staging. The search ends before the first
    /// commit that does not belong to the run.
    /// </summary>
    /// <param name="known">Hash of an earlier commit of staging.</param>
    public async Task<string> NewestAsync(string known, CancellationToken stop)
    {
        var last = await _refs.ReadAsync(_lastMerge, stop) ?? await _refs.ReadAsync(name, stop);
        return last is null || last == known || !await repository.HasCommitAsync(known, stop)
            ? known
            : await OwnSinceAsync(known, last, stop);
    }

    /// <summary>Moves the staging branch and the ref of the last merge in one transaction.</summary>
    /// <param name="commit">Hash of the new position.</param>
    /// <param name="from">Hash of the expected current position, or null if the branch must not exist yet.</param>
    /// <param name="reason">Message for the reflog.</param>
    /// <returns>True if both refs were moved. False if staging had another position.</returns>
    public async Task<bool> MoveAsync(string commit, string? from, string reason)
    {
        // Not cancelable from here on, because both refs must move.
        var last = await _refs.ReadAsync(_lastMerge, CancellationToken.None);
        return (
            await _refs.UpdateAsync(
                [new RefChange(_lastMerge, commit, last), new RefChange(name, commit, from)],
                reason,
                CancellationToken.None
            )
        ).Done;
    }

    /// <summary>Moves staging back to the recorded position.</summary>
    /// <param name="recorded">The recorded position. If empty, staging is not moved.</param>
    /// <param name="caller">Returns the state of the workflow execution that requested the step. A closed execution may not move
    /// staging.</param>
    /// <param name="stop">Cancels between two changes.</param>
    /// <returns>True and a message about the result, or false and the reason why staging was not moved.</returns>
    /// <exception cref="RunStepFailedException">The workflow execution that requested the step is closed.</exception>
    public async Task<(bool Done, string Message)> PutBackAsync(string recorded, GetCallerState caller, CancellationToken stop)
    {
        var found = await _refs.ReadAsync(name, stop);
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
        {
            return (
                false,
                recorded.Length == 0
                    ? $"The staging branch {RunRefNameBuilder.Label(name)} is missing. Find its last commit ('git reflog "
                        + $"{RunRefNameBuilder.Label(name)}'), and restore the branch (git branch {RunRefNameBuilder.Label(name)} COMMIT)."
                    : $"The staging branch {RunRefNameBuilder.Label(name)} is {(found is null ? "missing" : $"at {found}")}, and the "
                        + $"run's last "
                        + $"merge {recorded} is not in this repository. Fetch it (from a clone: git fetch CLONE {recorded}), then: "
                        + $"git branch -f {RunRefNameBuilder.Label(name)} {recorded}"
            );
        }
        if (await caller(stop) == StepRequesterWorkflowStatus.Over)
        {
            throw new RunStepFailedException(
                $"The staging branch {RunRefNameBuilder.Label(name)} stays unchanged, because the workflow execution that requested this "
                    + $"step has ended.",
                "ExecutionOver"
            );
        }
        var kept = await _refs.PutBackAsync(name, recorded, stop);
        await _refs.UpdateAsync([new RefChange(_lastMerge, recorded, await _refs.ReadAsync(_lastMerge, stop))], "put back", stop);
        return (
            true,
            kept is null
                ? $"The staging branch {RunRefNameBuilder.Label(name)} was missing and was restored to "
                    + $"{CommitIdFormatter.Shorten(recorded)}."
                : $"The staging branch {RunRefNameBuilder.Label(name)} had been moved by another program and was restored to "
                    + $"{CommitIdFormatter.Shorten(recorded)}. The earlier tip of the branch is kept at {kept}."
        );
    }

    /// <summary>
    /// Returns the base for new work. It is the tip of staging if all commits since the recorded position are merges of this run. Otherwise
    /// it is the recorded position, so that the work contains no commits from outside the run.
    /// </summary>
    /// <param name="recorded">The position when the task started, or empty if none is recorded. Other tasks may have been merged
    /// since.</param>
    /// <returns>Hash of the base, or null if the recorded commit does not exist.</returns>
    public async Task<string?> BaseAsync(string recorded, CancellationToken stop)
    {
        var (tip, isAsRecorded) = await ReadAsync(recorded, stop);
        if (isAsRecorded)
        {
            return tip;
        }
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
        {
            return null;
        }
        return tip is not null && await OwnSinceAsync(recorded, tip, stop) == tip ? tip : recorded;
    }

    /// <summary>Follows a first-parent chain and returns the last commit before the first one that does not belong to this run.</summary>
    private async Task<string> OwnSinceAsync(string from, string to, CancellationToken stop)
    {
        var chain = await _commits.ListFirstParentsAsync(to, from, stop);
        return chain is [.., { Parents: [var begins, ..] }] && begins == from
            ? chain.Reverse().TakeWhile(commit => commit.Trailers?.Run == folder.Name).LastOrDefault()?.Id ?? from
            : from;
    }
}
