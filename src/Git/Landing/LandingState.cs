namespace Orchestrator.Git.Landing;

/// <summary>State of the target branch after an attempt to land.</summary>
public enum LandingState
{
    /// <summary>The target is now at the commit.</summary>
    Landed,

    /// <summary>The target already had the commit.</summary>
    AlreadyLanded,

    /// <summary>The target has new commits: merge them into staging, run the gates again, land again.</summary>
    TargetMoved,

    /// <summary>The target no longer contains the run's base commit: it was rewritten.</summary>
    TargetRewound,

    /// <summary>The target branch is gone.</summary>
    TargetDeleted,

    /// <summary>The checkout that had the target is detached now.</summary>
    Detached,

    /// <summary>The checkout that has the target has uncommitted changes in files that would change, or files in conflict.</summary>
    Dirty,

    /// <summary>A merge, rebase or bisect is in progress in the checkout.</summary>
    OperationInProgress,

    /// <summary>Untracked or ignored files would be overwritten.</summary>
    FilesInTheWay,

    /// <summary>git refuses to read or change the target's checkout: a damaged index, files of another owner.</summary>
    Refused,
}
