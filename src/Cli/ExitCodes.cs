namespace Orchestrator.Cli;

/// <summary>Exit codes of every command. They are part of the product and never renumbered.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The work failed: a task, a gate, a conflict that was found.</summary>
    public const int WorkFailed = 1;

    /// <summary>Wrong usage, an invalid plan or configuration, or no repository.</summary>
    public const int Usage = 2;

    /// <summary>Waits for a person, or a question that nobody could answer without a terminal.</summary>
    public const int NeedsPerson = 3;

    /// <summary>Paused, interrupted, or delivered without a running engine: <c>resume</c> goes on.</summary>
    public const int Resumable = 4;

    /// <summary>Engine, git or agent program is not available.</summary>
    public const int Unavailable = 5;

    /// <summary>Interrupted before anything began.</summary>
    public const int Interrupted = 130;
}
