namespace Orchestrator.Git.Landing;

/// <summary>Request to land a commit.</summary>
/// <param name="Target">Full ref name of the target branch.</param>
/// <param name="Commit">Commit to land, which is the tip of staging.</param>
/// <param name="Base">Commit of the target when the run started.</param>
public sealed record LandingRequest(string Target, string Commit, string Base)
{
    /// <summary>Folder of the checkout in which the target was checked out when the run started, or null if there was none.</summary>
    public string? Checkout { get; init; }

    /// <summary>Command that retries the landing, shown in messages. Default: <c>orchestrate land RUN</c>.</summary>
    public string FinishCommand { get; init; } = "orchestrate land RUN";

    /// <summary>Path of the landing note (<see cref="TargetBranchMoveHistory"/>). The note is written before each move of the target, and a
    /// move that does not happen is removed from the note. If null, no note is written and the landing can't be reverted.</summary>
    public string? NoteFile { get; init; }
}

/// <summary>Result of an attempt to land a commit, with the reason for the result.</summary>
/// <param name="State">State of the target. In all states except <c>Landed</c> and <c>AlreadyLanded</c>, the target and all files are
/// unchanged.</param>
/// <param name="Reason">Sentence for the user with the cause and the next step.</param>
/// <param name="Tip">Current commit of the target, or null if the target does not exist.</param>
/// <param name="Files">Files to which the reason refers.</param>
public sealed record CommitLandingResult(CommitLandingStatus State, string Reason, string? Tip, IReadOnlyList<string> Files)
{
    /// <summary>True if the target contains the commit.</summary>
    public bool HasLanded => State is CommitLandingStatus.Landed or CommitLandingStatus.AlreadyLanded;
}
