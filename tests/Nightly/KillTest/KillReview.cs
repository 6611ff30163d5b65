namespace Orchestrator.KillTest;

/// <summary>A reviewer's verdict on a run as a whole.</summary>
public enum KillReview
{
    /// <summary>No review takes place.</summary>
    None,

    /// <summary>The reviewer misses a file, which becomes a task, and accepts once the file exists.</summary>
    AcceptsTheSecondTime,

    /// <summary>The reviewer accepts only a repair by a user.</summary>
    AcceptsAPersonsFix,
}
