namespace Orchestrator.Git.Landing;

/// <summary>How the target branch stands after an attempt to land.</summary>
public enum LandingState
{
    /// <summary>The target is now at the commit.</summary>
    Landed,

    /// <summary>The target already had the commit.</summary>
    AlreadyLanded,

    /// <summary>The target has new commits: merge them into staging, run the gates again, land again.</summary>
    TargetMoved,

    /// <summary>The target no longer has the commit the run began at: somebody rewrote it.</summary>
    TargetRewound,

    /// <summary>The target branch is gone.</summary>
    TargetDeleted,

    /// <summary>The checkout that had the target is at no branch now.</summary>
    Detached,

    /// <summary>The checkout that has the target has uncommitted changes.</summary>
    Dirty,

    /// <summary>A merge, rebase or bisect is going on in the checkout.</summary>
    OperationInProgress,

    /// <summary>Untracked or ignored files would be overwritten.</summary>
    FilesInTheWay,

    /// <summary>Git refuses to look at the checkout that has the target, or to change it: a damaged index, files of another
    /// owner.</summary>
    Refused,
}
