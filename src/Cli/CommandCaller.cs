using Orchestrator.Cli.Console;

namespace Orchestrator.Cli;

/// <summary>A caller in this process that runs a command, such as the web page or another command.</summary>
/// <param name="OpenTerminal">Opens the terminal of the command. The argument is true if the command prints a document.</param>
internal sealed record CommandCaller(Func<bool, ITerminal> OpenTerminal)
{
    /// <summary>Device that the user calls from, or null for this terminal.</summary>
    public string? Device { get; init; }

    /// <summary>Receives the error if the command fails, in addition to the printed text. Null if the text suffices.</summary>
    public Action<UseCaseException>? TakeFault { get; init; }
}
