namespace Orchestrator.KillTest;

/// <summary>A reviewer's verdict on a run as a whole.</summary>
public enum KillReview
{
    /// <summary>No review takes place.</summary>
    None,

    /// <summary>It misses a file, which becomes a task, and accepts when that is there.</summary>
    AcceptsTheSecondTime,

    /// <summary>It accepts nothing but what a user has repaired.</summary>
    AcceptsAPersonsFix,
}
