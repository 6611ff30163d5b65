using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Work of a run that staging lacks, as its last check before landing has told.</summary>
/// <param name="Commit">The commit of staging that was checked, where staging still is.</param>
/// <param name="Places">Each lost place, with its task and one of its lines.</param>
public sealed record LostWork(string Commit, IReadOnlyList<string> Places);

/// <summary>A person's decision that lost work may be gone: a commit on staging that says so. So it is in the history, and the report of
/// losses names what was given up by it. What is lost after that commit is told anew.</summary>
public static class LossAcceptance
{
    /// <summary>Finds the reported losses of staging as it is now; null if there are none.</summary>
    /// <param name="file">Absolute path of what the last check has told, for programs.</param>
    /// <param name="run">The run.</param>
    /// <param name="repository">A path in the repository.</param>
    /// <param name="services">Where repositories are opened.</param>
    public static async Task<LostWork?> FindAsync(
        string file,
        RunStatus run,
        string repository,
        RunServices services,
        CancellationToken stop
    )
    {
        if (StoredLosses.TryRead(file) is not { Lost: { Count: > 0 } lost } told)
        {
            return null;
        }
        var refs = new RefStore(await services.Repositories.OpenAsync(repository));
        return await refs.ReadAsync($"refs/heads/{run.Staging}", stop) == told.Commit
            ? new LostWork(told.Commit, [.. lost.Select(StoredLosses.Place)])
            : null;
    }

    /// <summary>Accepts them, unless staging was moved meanwhile.</summary>
    /// <param name="lost">What a person was told.</param>
    /// <param name="run">The run.</param>
    /// <param name="by">The person.</param>
    /// <param name="repository">A path in the repository.</param>
    /// <param name="services">Where repositories are opened.</param>
    /// <returns>True where they are accepted.</returns>
    public static async Task<bool> AcceptAsync(
        LostWork lost,
        RunStatus run,
        string by,
        string repository,
        RunServices services,
        CancellationToken stop
    )
    {
        var opened = await services.Repositories.OpenAsync(repository);
        var commit = await new CommitStore(opened).CreateAsync(
            $"{lost.Commit}^{{tree}}",
            [lost.Commit],
            $"{RunLosses.Acceptance}\n\n{by} says that these may be gone:\n{string.Concat(lost.Places.Select(place => $"- {place}\n"))}",
            trailers: null,
            stop
        );
        return (
            await new RefStore(opened).UpdateAsync(
                [new RefChange($"refs/heads/{run.Staging}", commit, lost.Commit)],
                $"{RunLosses.Acceptance} ({by})",
                stop
            )
        ).Done;
    }
}
