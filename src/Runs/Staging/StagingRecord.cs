using Orchestrator.Git.Refs;

namespace Orchestrator.Runs;

/// <summary>The position of staging is known from the run's record in Temporal, which every step that uses staging gets as an argument: the
/// last merge that was reported to the run. A ref that is elsewhere was moved by someone else, or by a step of ours that died before its
/// report; it is put back, and its position is kept. No file beside git is authoritative. After a reset the record may be older than the
/// last merge: then the ref of the last merge counts, as far as its commits are the run's.</summary>
/// <param name="name">The staging branch, a full ref name.</param>
/// <param name="folder">The run's.</param>
public sealed class StagingRecord(GitRepository repository, string name, RunFolder folder)
{
    private readonly RefStore _refs = new(repository);
    private readonly CommitStore _commits = new(repository);
    private readonly string _lastMerge = RunRefs.LastMerge(folder);

    /// <summary>The tip of staging, if it is at the recorded position or nothing is recorded; else null.</summary>
    /// <param name="recorded">The recorded position; empty: none.</param>
    public async Task<(string? Tip, bool IsAsRecorded)> ReadAsync(string recorded, CancellationToken stop)
    {
        var (tip, isSymbolic) = await _refs.ReadWithKindAsync(name, stop);
        return (tip, tip is not null && (recorded.Length == 0 || tip == recorded) && !isSymbolic);
    }

    /// <summary>The position that the record should have: a step that was pending when the run was reset is repeated with the position of
    /// that time, and merges have been made since.</summary>
    /// <param name="recorded">The recorded position; empty: none.</param>
    /// <param name="caller">Tells for which execution the step is done; called only where the ref of the last merge differs.</param>
    public async Task<string> BringUpToDateAsync(string recorded, AskCaller caller, CancellationToken stop) =>
        recorded.Length > 0
        && await _refs.ReadAsync(_lastMerge, stop) is { } last
        && last != recorded
        && await caller(stop) == CallerState.OpenAfterReset
            ? await NewestAsync(recorded, stop)
            : recorded;

    /// <summary>The last merge of the run after a commit, by the ref that moves with staging; up to the first commit on the way that is not
    /// the run's.</summary>
    /// <param name="known">A commit that staging had.</param>
    public async Task<string> NewestAsync(string known, CancellationToken stop)
    {
        var last = await _refs.ReadAsync(_lastMerge, stop) ?? await _refs.ReadAsync(name, stop);
        return last is null || last == known || !await repository.HasCommitAsync(known, stop)
            ? known
            : await OwnSinceAsync(known, last, stop);
    }

    /// <summary>Moves staging, and with it the ref of the last merge. That one first, so that it is never too old.</summary>
    /// <param name="commit">Where to.</param>
    /// <param name="from">Its required position.</param>
    /// <param name="reason">A line for the reflog.</param>
    /// <returns>False: it is elsewhere, and was left there.</returns>
    public async Task<bool> MoveAsync(string commit, string? from, string reason)
    {
        // Not cancellable after this point: both refs must move.
        var last = await _refs.ReadAsync(_lastMerge, CancellationToken.None);
        return (
            await _refs.UpdateAsync(
                [new RefChange(_lastMerge, commit, last), new RefChange(name, commit, from)],
                reason,
                CancellationToken.None
            )
        ).Done;
    }

    /// <summary>Moves staging to the recorded position.</summary>
    /// <param name="recorded">The recorded position; empty: none, and nothing is done.</param>
    /// <param name="caller">Tells for which execution: a closed one has no authority over staging.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>What was done, for people, or why it can't be.</returns>
    /// <exception cref="StepException">The requesting execution is closed.</exception>
    public async Task<(bool Done, string Message)> PutBackAsync(string recorded, AskCaller caller, CancellationToken stop)
    {
        var found = await _refs.ReadAsync(name, stop);
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
        {
            return (
                false,
                recorded.Length == 0
                    ? $"The staging branch {RunRefs.Shown(name)} is gone; the reflog has it ('git reflog {RunRefs.Shown(name)}'). "
                        + $"Put it back (git branch {RunRefs.Shown(name)} COMMIT), then go on."
                    : $"The staging branch {RunRefs.Shown(name)} is {found ?? "gone"}, and the commit {recorded} that the run has merged "
                        + $"last is not in this repository. Bring it back (from a clone: git fetch CLONE {recorded}), then: git branch -f "
                        + $"{RunRefs.Shown(name)} {recorded}"
            );
        }
        if (await caller(stop) == CallerState.Over)
        {
            throw new StepException(
                $"The staging branch {RunRefs.Shown(name)} is left as it is: the execution that this step was for is over.",
                "ExecutionOver"
            );
        }
        var kept = await _refs.PutBackAsync(name, recorded, stop);
        await _refs.UpdateAsync([new RefChange(_lastMerge, recorded, await _refs.ReadAsync(_lastMerge, stop))], "put back", stop);
        return (
            true,
            kept is null
                ? $"The staging branch {RunRefs.Shown(name)} was gone and was put back to {CommitIds.Shorten(recorded)}."
                : $"The staging branch {RunRefs.Shown(name)} was not where this run had left it and was put back to "
                    + $"{CommitIds.Shorten(recorded)} (kept: {kept})."
        );
    }

    /// <summary>The commit that new work starts from: staging's tip, as far as it consists of this run's merges on top of the recorded
    /// position. Commits of others are left out, so that they can't come in with that work.</summary>
    /// <param name="recorded">The position recorded when the task was started; other tasks may have been merged since. Empty: none.</param>
    /// <returns>Null where the recorded commit does not exist.</returns>
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

    /// <summary>The last commit between two that has only commits of this run before it.</summary>
    private async Task<string> OwnSinceAsync(string from, string to, CancellationToken stop)
    {
        var chain = await _commits.ListFirstParentsAsync(to, from, stop);
        return chain is [.., { Parents: [var begins, ..] }] && begins == from
            ? chain.Reverse().TakeWhile(commit => commit.Trailers?.Run == folder.Name).LastOrDefault()?.Id ?? from
            : from;
    }
}
