namespace Orchestrator.Runs;

/// <summary>A program that is called (git, a gate's, an agent's) failed, or is not there, as a person is told of it.</summary>
/// <param name="Message">What happened, and where.</param>
/// <param name="Cure">What to do; empty where the message says it.</param>
/// <param name="IsOfPlace">It was called in the wrong place; else the machine can't do it now.</param>
public sealed record ProgramFailure(string Message, string Cure, bool IsOfPlace)
{
    /// <summary>What an exception says of a program; null: nothing.</summary>
    /// <param name="fault">What was thrown.</param>
    public static ProgramFailure? Of(Exception fault) =>
        fault switch
        {
            ProcessStartException => new(fault.Message, "Install the program, or correct its name.", IsOfPlace: false),
            GitException => new(fault.Message, "", fault is NotARepositoryException),
            _ => null,
        };
}
