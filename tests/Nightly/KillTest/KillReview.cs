namespace Orchestrator.KillTest;

/// <summary>What a reviewer thinks of a run as a whole.</summary>
public enum KillReview
{
    /// <summary>There is no review.</summary>
    None,

    /// <summary>It misses a file, which becomes a task, and accepts when that is there.</summary>
    AcceptsTheSecondTime,

    /// <summary>It accepts nothing but what a person has mended.</summary>
    AcceptsAPersonsFix,
}
