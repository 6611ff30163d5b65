using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Merged changes of a run that staging lacks, according to the last check before landing.</summary>
/// <param name="Commit">The checked commit of staging, which is still its current position.</param>
/// <param name="Places">The lost hunks, each with its task and one of its lines.</param>
public sealed record LostChanges(string Commit, IReadOnlyList<string> Places);

/// <summary>Accepts lost changes on behalf of a user, by a commit on staging that records the decision. The history then contains it, and
/// the loss report names the accepted changes. Changes lost after that commit are reported again.</summary>
public static class LostChangeAcceptance
{
    /// <summary>Finds the reported losses at the current position of staging; null if there are none.</summary>
    /// <param name="file">Absolute path of the JSON result of the last check.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="repository">A path in the repository.</param>
    /// <param name="services">Opens repositories.</param>
    public static async Task<LostChanges?> FindAsync(
        string file,
        RunStatus run,
        string repository,
        RunServices services,
        CancellationToken stop
    )
    {
        if (StoredLostChanges.TryRead(file) is not { Lost: { Count: > 0 } lost } told)
        {
            return null;
        }
        var refs = new RefStore(await services.Repositories.OpenAsync(repository));
        return await refs.ReadAsync($"refs/heads/{run.Staging}", stop) == told.Commit
            ? new LostChanges(told.Commit, [.. lost.Select(StoredLostChanges.Place)])
            : null;
    }

    /// <summary>Accepts the losses, unless staging has moved since they were reported.</summary>
    /// <param name="lost">The losses that the user has seen.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="by">Name of the user.</param>
    /// <param name="repository">A path in the repository.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>True if they were accepted.</returns>
    public static async Task<bool> AcceptAsync(
        LostChanges lost,
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
            $"{LostChangeCheck.Acceptance}\n\n{by} says that these may be gone:\n"
                + $"{string.Concat(lost.Places.Select(place => $"- {place}\n"))}",
            trailers: null,
            stop
        );
        return (
            await new RefStore(opened).UpdateAsync(
                [new RefChange($"refs/heads/{run.Staging}", commit, lost.Commit)],
                $"{LostChangeCheck.Acceptance} ({by})",
                stop
            )
        ).Done;
    }
}
