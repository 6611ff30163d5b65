namespace Orchestrator.Git.Landing;

/// <summary>State of the target branch after an attempt to land.</summary>
public enum LandingState
{
    /// <summary>The target is now at the commit.</summary>
    Landed,

    /// <summary>The target already had the commit.</summary>
    AlreadyLanded,

    /// <summary>The target has new commits. They must be merged into staging, and the gates must pass again, before the next
    /// attempt.</summary>
    TargetMoved,

    /// <summary>The target was rewritten and no longer contains the run's base commit.</summary>
    TargetRewound,

    /// <summary>The target branch does not exist any more.</summary>
    TargetDeleted,

    /// <summary>The checkout that had the target is now detached.</summary>
    Detached,

    /// <summary>The target's checkout has uncommitted changes in files that would change, or has unmerged files.</summary>
    Dirty,

    /// <summary>A merge, rebase or bisect is in progress in the checkout.</summary>
    OperationInProgress,

    /// <summary>Untracked or ignored files would be overwritten.</summary>
    FilesInTheWay,

    /// <summary>Git refuses to read or change the target's checkout, for example because of a damaged index or files of another
    /// owner.</summary>
    Refused,
}
