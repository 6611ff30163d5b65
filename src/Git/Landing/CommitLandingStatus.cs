namespace Orchestrator.Git.Landing;

/// <summary>State of the target branch after an attempt to land.</summary>
public enum CommitLandingStatus
{
    /// <summary>The target was moved to the commit.</summary>
    Landed,

    /// <summary>The target already contained the commit.</summary>
    AlreadyLanded,

    /// <summary>The target has new commits. The new commits must be merged into staging, and the gates must pass again, before the next
    /// attempt to land.</summary>
    TargetMoved,

    /// <summary>The history of the target was rewritten and no longer contains the run's base commit.</summary>
    TargetRewound,

    /// <summary>The target branch no longer exists.</summary>
    TargetDeleted,

    /// <summary>The checkout in which the target was checked out now has a detached HEAD.</summary>
    Detached,

    /// <summary>
    /// The checkout of the target has unmerged files, or uncommitted changes in files that the landing would change. Also used if the
    /// target is checked out in several worktrees.
    /// </summary>
    Dirty,

    /// <summary>A merge, rebase or similar operation on the target branch is in progress in a checkout.</summary>
    OperationInProgress,

    /// <summary>Untracked or ignored files in the checkout of the target would be overwritten.</summary>
    FilesInTheWay,

    /// <summary>
    /// Git refuses to read or change the target or its checkout, for example because the index is damaged or files belong to another user.
    /// </summary>
    Refused,
}
