using Orchestrator.Git.Refs;

namespace Orchestrator.Runs;

/// <summary>Compares the staging branch with the run's record of it in Temporal. Every step that uses staging gets the recorded position,
/// which is the last merge reported to the run, as an argument.</summary>
/// <param name="name">Full ref name of the staging branch.</param>
/// <param name="folder">The run's folder.</param>
/// <remarks>A ref at another position was moved by another program, or by a step of this run that died before its report. The ref is then
/// restored, and its position is kept under another ref. No file outside git is authoritative. After a reset the record may be older than
/// the last merge. The ref of the last merge then counts, as far as its commits belong to the run.</remarks>
public sealed class StagingRecord(GitRepository repository, string name, RunFolder folder)
{
    private readonly RefStore _refs = new(repository);
    private readonly CommitStore _commits = new(repository);
    private readonly string _lastMerge = RunRefs.LastMerge(folder);

    /// <summary>Reads the tip of staging, and compares it with the recorded position. Any position matches if none is recorded.</summary>
    /// <param name="recorded">The recorded position, or empty if none.</param>
    public async Task<(string? Tip, bool IsAsRecorded)> ReadAsync(string recorded, CancellationToken stop)
    {
        var (tip, isSymbolic) = await _refs.ReadWithKindAsync(name, stop);
        return (tip, tip is not null && (recorded.Length == 0 || tip == recorded) && !isSymbolic);
    }

    /// <summary>Returns the current position for an outdated record. A step that was pending when the run was reset is repeated with its
    /// old argument, although merges may have been made since.</summary>
    /// <param name="recorded">The recorded position, or empty if none.</param>
    /// <param name="caller">Returns the state of the requesting execution; called only if the ref of the last merge differs.</param>
    public async Task<string> BringUpToDateAsync(string recorded, GetCallerState caller, CancellationToken stop) =>
        recorded.Length > 0
        && await _refs.ReadAsync(_lastMerge, stop) is { } last
        && last != recorded
        && await caller(stop) == CallerState.OpenAfterReset
            ? await NewestAsync(recorded, stop)
            : recorded;

    /// <summary>Finds the run's last merge after a commit, by the ref that moves with staging. Stops before the first commit that does not
    /// belong to the run.</summary>
    /// <param name="known">An earlier commit of staging.</param>
    public async Task<string> NewestAsync(string known, CancellationToken stop)
    {
        var last = await _refs.ReadAsync(_lastMerge, stop) ?? await _refs.ReadAsync(name, stop);
        return last is null || last == known || !await repository.HasCommitAsync(known, stop)
            ? known
            : await OwnSinceAsync(known, last, stop);
    }

    /// <summary>Moves staging and the ref of the last merge together. The latter is first, so that it is never outdated.</summary>
    /// <param name="commit">The new position.</param>
    /// <param name="from">The required current position, or null if the branch must not exist.</param>
    /// <param name="reason">Message for the reflog.</param>
    /// <returns>False if staging is at another position and was not moved.</returns>
    public async Task<bool> MoveAsync(string commit, string? from, string reason)
    {
        // Not cancellable after this point, because both refs must move.
        var last = await _refs.ReadAsync(_lastMerge, CancellationToken.None);
        return (
            await _refs.UpdateAsync(
                [new RefChange(_lastMerge, commit, last), new RefChange(name, commit, from)],
                reason,
                CancellationToken.None
            )
        ).Done;
    }

    /// <summary>Restores staging to the recorded position.</summary>
    /// <param name="recorded">The recorded position; if empty, nothing is done.</param>
    /// <param name="caller">Returns the state of the requesting execution. A closed execution has no authority over staging.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>True with a message on the result, or false with the reason why nothing was done.</returns>
    /// <exception cref="StepException">The requesting execution is closed.</exception>
    public async Task<(bool Done, string Message)> PutBackAsync(string recorded, GetCallerState caller, CancellationToken stop)
    {
        var found = await _refs.ReadAsync(name, stop);
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
        {
            return (
                false,
                recorded.Length == 0
                    ? $"The staging branch {RunRefs.Shown(name)} is missing; the reflog has it ('git reflog {RunRefs.Shown(name)}'). "
                        + $"Restore it (git branch {RunRefs.Shown(name)} COMMIT), then continue."
                    : $"The staging branch {RunRefs.Shown(name)} is {found ?? "missing"}, and the run's last merge {recorded} "
                        + $"is not in this repository. Fetch it (from a clone: git fetch CLONE {recorded}), then: git branch -f "
                        + $"{RunRefs.Shown(name)} {recorded}"
            );
        }
        if (await caller(stop) == CallerState.Over)
        {
            throw new StepException(
                $"The staging branch {RunRefs.Shown(name)} is left unchanged, because the workflow execution of this step has ended.",
                "ExecutionOver"
            );
        }
        var kept = await _refs.PutBackAsync(name, recorded, stop);
        await _refs.UpdateAsync([new RefChange(_lastMerge, recorded, await _refs.ReadAsync(_lastMerge, stop))], "put back", stop);
        return (
            true,
            kept is null
                ? $"The staging branch {RunRefs.Shown(name)} was missing and was restored to {CommitIds.Shorten(recorded)}."
                : $"The staging branch {RunRefs.Shown(name)} had been moved by another program and was restored to "
                    + $"{CommitIds.Shorten(recorded)} (kept: {kept})."
        );
    }

    /// <summary>Returns the base for new work, which is the tip of staging if only this run's merges follow the recorded position.
    /// Otherwise it is the recorded position, so that foreign commits don't get into the work.</summary>
    /// <param name="recorded">The position recorded at the task's start, or empty if none. Other tasks may have been merged since.</param>
    /// <returns>The commit, or null if the recorded commit does not exist.</returns>
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

    /// <summary>Returns the last commit between two that is preceded only by commits of this run.</summary>
    private async Task<string> OwnSinceAsync(string from, string to, CancellationToken stop)
    {
        var chain = await _commits.ListFirstParentsAsync(to, from, stop);
        return chain is [.., { Parents: [var begins, ..] }] && begins == from
            ? chain.Reverse().TakeWhile(commit => commit.Trailers?.Run == folder.Name).LastOrDefault()?.Id ?? from
            : from;
    }
}
