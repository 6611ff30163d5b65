namespace Orchestrator.Git.Landing;

/// <summary>A request to land a commit.</summary>
/// <param name="Target">The target branch, a full ref name.</param>
/// <param name="Commit">The commit it is to get: staging's tip.</param>
/// <param name="Base">Where the target was when the run began.</param>
public sealed record LandingRequest(string Target, string Commit, string Base)
{
    /// <summary>The checkout that had the target when the run began; null: none had it.</summary>
    public string? Checkout { get; init; }

    /// <summary>The command that retries, for messages.</summary>
    public string FinishCommand { get; init; } = "orchestrate promote RUN";

    /// <summary>File of the note about our moves of the target (<see cref="LandingNote"/>): written before each move, removed again if it
    /// does not happen. Null: none, and the landing can't be taken back.</summary>
    public string? NoteFile { get; init; }
}

/// <summary>Result of a landing.</summary>
/// <param name="State">State of the target. In all but the first two, it and every file are unchanged.</param>
/// <param name="Reason">A sentence for people, with what to do.</param>
/// <param name="Tip">Where the target is; null if it is gone.</param>
/// <param name="Files">The files the sentence is about.</param>
public sealed record LandingResult(LandingState State, string Reason, string? Tip, IReadOnlyList<string> Files)
{
    /// <summary>True if the target has the commit.</summary>
    public bool HasLanded => State is LandingState.Landed or LandingState.AlreadyLanded;
}
