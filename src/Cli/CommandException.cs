namespace Orchestrator.Cli;

/// <summary>Ends a command for a reason that a person can act on. Shown as message and cure, never as a stack trace.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">What happened and where; several lines for several faults.</param>
/// <param name="cure">What to do; empty where the message contains it.</param>
internal sealed class CommandException(int exitCode, string message, string cure = "") : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string Cure { get; } = cure;
}
