using Orchestrator.Git;

namespace Orchestrator.Runs;

/// <summary>
/// Where staging has to be is known from the run's record in Temporal, which every step that uses it brings along: the last merge that the run was told of. A ref that is
/// elsewhere was moved by somebody who has no business with it, or by a step of ours that died before it could tell; it is put back, and what it was is kept. No file
/// beside git has a say in this.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="name">The staging branch, a full ref name.</param>
internal sealed class StagingRecord(GitRepository repository, string name)
{
    private readonly Refs _refs = new(repository);
    private readonly Commits _commits = new(repository);

    /// <summary>Where staging is, if that is what the record says or the record says nothing; else null.</summary>
    /// <param name="recorded">What the record says; empty: nothing.</param>
    /// <param name="stop">Ends the reading.</param>
    public async Task<(string? Tip, bool IsAsRecorded)> ReadAsync(string recorded, CancellationToken stop)
    {
        var tip = await _refs.ReadAsync(name, stop);
        return (tip, tip is not null && (recorded.Length == 0 || tip == recorded) && !await _refs.IsSymbolicAsync(name, stop));
    }

    /// <summary>Puts staging where the record says.</summary>
    /// <param name="recorded">What the record says; empty: nothing, and then there is nothing to be done.</param>
    /// <param name="stop">Is looked at between the steps.</param>
    /// <returns>What was done, for people, or why it can't be.</returns>
    public async Task<(bool Done, string Message)> PutBackAsync(string recorded, CancellationToken stop)
    {
        var found = await _refs.ReadAsync(name, stop);
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
        {
            return (false, recorded.Length == 0
                ? $"The staging branch {RunRefs.Short(name)} is gone; the reflog has it ('git reflog {RunRefs.Short(name)}'). Put it back (git branch {RunRefs.Short(name)} COMMIT), then go on."
                : $"The staging branch {RunRefs.Short(name)} is {found ?? "gone"}, and the commit {recorded} that the run has merged last is not in this repository. Bring it back (from a clone: git fetch CLONE {recorded}), then: git branch -f {RunRefs.Short(name)} {recorded}");
        }

        var kept = await _refs.PutBackAsync(name, recorded, stop);
        return (true, kept is null
            ? $"The staging branch {RunRefs.Short(name)} was gone and was put back to {recorded[..12]}."
            : $"The staging branch {RunRefs.Short(name)} was not where this run had left it and was put back to {recorded[..12]} (kept: {kept}).");
    }

    /// <summary>
    /// The commit that new work begins with: staging's tip, as far as it is made of this run's merges on top of what the record said last. What somebody else put there is
    /// left out, so that it can't come in with that work.
    /// </summary>
    /// <param name="recorded">What the record said when the task was started; other tasks may have been merged since. Empty: nothing.</param>
    /// <param name="run">The run's name in trailers.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <returns>Null where nothing that is recorded is there.</returns>
    public async Task<string?> BaseAsync(string recorded, string run, CancellationToken stop)
    {
        var (tip, isAsRecorded) = await ReadAsync(recorded, stop);
        if (isAsRecorded)
            return tip;
        if (recorded.Length == 0 || !await repository.HasCommitAsync(recorded, stop))
            return null;
        if (tip is null)
            return recorded;
        var chain = await _commits.ListFirstParentsAsync(tip, recorded, stop);
        return chain is [.., { Parents: [var begins, ..] }] && begins == recorded && chain.All(commit => commit.Trailers?.Run == run) ? tip : recorded;
    }
}
