using Orchestrator.Cli.Console;

namespace Orchestrator.Cli;

/// <summary>The one who has a command carried out within this process, beside the command that runs.</summary>
/// <param name="OpenTerminal">Opens its terminal; whether the command prints a document is said when it begins.</param>
internal sealed record CommandCaller(Func<bool, ITerminal> OpenTerminal)
{
    /// <summary>From where the person asks; null: at this terminal.</summary>
    public string? Device { get; init; }

    /// <summary>Takes the reason for which the command failed, beside its text; null: the text is enough.</summary>
    public Action<UseCaseException>? TakeFault { get; init; }
}
