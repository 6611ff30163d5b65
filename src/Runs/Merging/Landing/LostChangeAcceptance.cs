using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Merged changes of a run that are missing from staging, as found by the last check before a landing.</summary>
/// <param name="Commit">The checked commit of staging. Staging still has this position.</param>
/// <param name="Places">The lost hunks, each with its task and one of its lines.</param>
public sealed record StagingLostChangeList(string Commit, IReadOnlyList<string> Places);

/// <summary>
/// Accepts lost changes on behalf of a user. A commit on staging records the decision, so that the history and the report contain it. A
/// change that is lost after that commit is still reported.
/// </summary>
public static class LostChangeAcceptance
{
    /// <summary>Returns the lost changes that the last check found, or null if it found none or staging has moved since then.</summary>
    /// <param name="file">Absolute path of the last check's result in JSON.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="repository">Absolute path of a folder in the repository.</param>
    /// <param name="services">Opens repositories.</param>
    public static async Task<StagingLostChangeList?> FindAsync(
        string file,
        RunStatus run,
        string repository,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        if (LostChangeCheckRecord.TryRead(file) is not { Lost: { Count: > 0 } lost } told)
        {
            return null;
        }
        var refs = new RefStore(await services.Repositories.OpenAsync(repository));
        return await refs.ReadAsync($"refs/heads/{run.Staging}", stop) == told.Commit
            ? new StagingLostChangeList(told.Commit, [.. lost.Select(LostChangeCheckRecord.Place)])
            : null;
    }

    /// <summary>Accepts the lost changes, unless staging has moved since they were reported.</summary>
    /// <param name="lost">The lost changes that the user has seen.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="by">Name of the user.</param>
    /// <param name="repository">Absolute path of a folder in the repository.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>True if the changes were accepted. False if staging has moved.</returns>
    public static async Task<bool> AcceptAsync(
        StagingLostChangeList lost,
        RunStatus run,
        string by,
        string repository,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        var opened = await services.Repositories.OpenAsync(repository);
        var commit = await new GitCommitReaderAndWriter(opened).CreateAsync(
            $"{lost.Commit}^{{tree}}",
            [lost.Commit],
            $"{RunLostChangeChecker.Acceptance}\n\n{by} accepts the loss of these changes:\n"
                + $"{string.Concat(lost.Places.Select(place => $"- {place}\n"))}",
            trailers: null,
            stop
        );
        return (
            await new RefStore(opened).UpdateAsync(
                [new RefChange($"refs/heads/{run.Staging}", commit, lost.Commit)],
                $"{RunLostChangeChecker.Acceptance} ({by})",
                stop
            )
        ).Done;
    }
}
