namespace Orchestrator.App.Cleaning;

/// <summary>An ended run that may be cleaned up.</summary>
/// <param name="Status">Last record of the run.</param>
public sealed record EndedRun(RunFolder Folder, RunStatus Status)
{
    /// <summary>True if the user has agreed to discard those parts of the run's work that are on none of the user's branches.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Path of the log of the run's background process, in the <c>logs</c> folder of <c>.orchestrator</c>.</summary>
    internal string Log => Path.Combine(Folder.Repository, ".orchestrator", "logs", Folder.Name + ".log");

    /// <summary>Prefix of the run's branch names, or null if the run's branch names have no prefix.</summary>
    internal string? BranchPrefix =>
        Status.Staging.IndexOf('/', StringComparison.Ordinal) is var slash and > 0
        && Status.Staging.EndsWith("/staging", StringComparison.Ordinal)
            ? Status.Staging[..slash]
            : null;
}
