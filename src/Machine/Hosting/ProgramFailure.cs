using Orchestrator.Git.Program;

namespace Orchestrator.Machine.Hosting;

/// <summary>A failed or missing program (git, a gate's, an agent's), described for people.</summary>
/// <param name="Message">What happened, and where.</param>
/// <param name="Cure">What to do; empty where the message contains it.</param>
/// <param name="IsOfPlace">It was called in the wrong folder; else the machine can't run it now.</param>
public sealed record ProgramFailure(string Message, string Cure, bool IsOfPlace)
{
    /// <summary>The description of an exception; null: it is not about a program.</summary>
    /// <param name="fault">The exception.</param>
    public static ProgramFailure? Of(Exception fault) =>
        fault switch
        {
            ProcessStartException => new(fault.Message, "Install the program, or correct its name.", IsOfPlace: false),
            GitException => new(fault.Message, "", fault is NotARepositoryException),
            _ => null,
        };
}
