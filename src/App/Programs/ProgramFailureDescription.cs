using Orchestrator.Git.Program;

namespace Orchestrator.App.Programs;

/// <summary>Explanation for users that a program (git, a gate or an agent) failed or is missing, with a suggested fix.</summary>
/// <param name="Message">Description of the failure and its location.</param>
/// <param name="Cure">Suggested fix. Empty if the message contains it.</param>
/// <param name="IsOfPlace">True if the program was called in the wrong folder, false if the machine can't run it now.</param>
public sealed record ProgramFailureDescription(string Message, string Cure, bool IsOfPlace)
{
    /// <summary>
    /// Returns the description of an exception, or null if the exception was not caused by starting or running a program.
    /// </summary>
    /// <param name="fault">Exception to describe.</param>
    public static ProgramFailureDescription? Of(Exception fault) =>
        fault switch
        {
            ProcessStartException => new(fault.Message, "Install the program, or correct its name.", IsOfPlace: false),
            GitException => new(fault.Message, "", fault is NotARepositoryException),
            _ => null,
        };
}
