using Orchestrator.Git;
using Orchestrator.Processes;

namespace Orchestrator.Runs;

/// <summary>Exceptions of the libraries below that say something about the machine or the repository, not about the program.</summary>
public static class ExpectedFaults
{
    /// <summary>What to tell a person; null for any other exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns>The message, what to do about it (may be empty), and whether the command was called in the wrong place.</returns>
    public static (string Message, string Cure, bool IsUsage)? Describe(Exception exception) => exception switch
    {
        ProcessStartException fault => (fault.Message, "Install the program, or correct its name.", false),
        GitException fault => (fault.Message, "", fault is NotARepositoryException),
        _ => null,
    };
}
