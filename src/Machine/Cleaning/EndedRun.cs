using Orchestrator.Messages;

namespace Orchestrator.Machine.Cleaning;

/// <summary>A run that has ended and may be cleaned up.</summary>
/// <param name="Status">Its last record.</param>
public sealed record EndedRun(RunFolder Folder, RunStatus Status)
{
    /// <summary>True if a user gives up its work that is on no branch of theirs.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>The run's log of background work, beside its folder.</summary>
    internal string Log => Path.Combine(Folder.Repository, ".orchestrator", "logs", Folder.Name + ".log");

    /// <summary>Prefix of its branches' names; null where it had none.</summary>
    internal string? BranchPrefix =>
        Status.Staging.IndexOf('/', StringComparison.Ordinal) is var slash and > 0
        && Status.Staging.EndsWith("/staging", StringComparison.Ordinal)
            ? Status.Staging[..slash]
            : null;
}
