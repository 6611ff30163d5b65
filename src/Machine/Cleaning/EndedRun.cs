using Orchestrator.Messages;

namespace Orchestrator.Machine.Cleaning;

/// <summary>Run that has ended and may be cleaned up.</summary>
/// <param name="Status">Last record of the run.</param>
public sealed record EndedRun(RunFolder Folder, RunStatus Status)
{
    /// <summary>True if the user discards work of the run that is on none of the user's branches.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Path of the log of the run's background process, beside the run's folder.</summary>
    internal string Log => Path.Combine(Folder.Repository, ".orchestrator", "logs", Folder.Name + ".log");

    /// <summary>Prefix of the run's branch names, or null if it had none.</summary>
    internal string? BranchPrefix =>
        Status.Staging.IndexOf('/', StringComparison.Ordinal) is var slash and > 0
        && Status.Staging.EndsWith("/staging", StringComparison.Ordinal)
            ? Status.Staging[..slash]
            : null;
}
