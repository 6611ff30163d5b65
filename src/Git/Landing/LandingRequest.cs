namespace Orchestrator.Git.Landing;

/// <summary>What is to be landed where.</summary>
/// <param name="Target">The target branch, a full ref name.</param>
/// <param name="Commit">The commit it is to get: staging's tip.</param>
/// <param name="Base">Where the target was when the run began.</param>
public sealed record LandingRequest(string Target, string Commit, string Base)
{
    /// <summary>The checkout that had the target when the run began; null: none had it.</summary>
    public string? Checkout { get; init; }

    /// <summary>The command that tries again, for the sentences.</summary>
    public string FinishCommand { get; init; } = "orchestrate promote RUN";

    /// <summary>Where it is noted that it is us who move the target, and from where (<see cref="LandingNote"/>): written right before,
    /// taken out if it did not come to that. Null: nowhere, and then nobody can take it back.</summary>
    public string? NoteFile { get; init; }

    /// <summary>Files and folders of ours whose changes do not count as a person's, relative to the root.</summary>
    public IReadOnlyList<string> OwnFiles { get; init; } = [];
}

/// <summary>What came of it.</summary>
/// <param name="State">How the target stands. Everything but the first two leaves it and every file as they were.</param>
/// <param name="Reason">A sentence for people, with what to do.</param>
/// <param name="Tip">Where the target is; null if it is gone.</param>
/// <param name="Files">The files the sentence is about.</param>
public sealed record LandingResult(LandingState State, string Reason, string? Tip, IReadOnlyList<string> Files)
{
    /// <summary>True if the target has the commit.</summary>
    public bool HasLanded => State is LandingState.Landed or LandingState.AlreadyLanded;
}
