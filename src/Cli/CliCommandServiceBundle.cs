using System.Text.Json.Serialization.Metadata;
using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli;

/// <summary>Dependencies of all commands: the dependencies of use cases, the terminal and a function that runs other commands.</summary>
internal sealed class CliCommandServiceBundle(
    ITerminal terminal,
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    InterruptHandler interrupts,
    bool verbose = false,
    HostPlatform? platform = null
) : UseCaseServiceBundle(environment, directory, time, verbose, platform)
{
    /// <summary>Console. A long-running command replaces the console with one that also logs.</summary>
    public ITerminal Terminal { get; set; } = terminal;

    /// <inheritdoc/>
    public override IUserInteraction Interaction => Terminal;

    /// <inheritdoc/>
    public override CancellationToken StopNow => Interrupts.StopNow;

    /// <summary>Command-line arguments without the program's name, with which a background process can be started.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>
    /// Runs another command line in the given folder, using the same terminal, and returns the exit code of that command line.
    /// </summary>
    public required Func<IReadOnlyList<string>, string, Task<UseCaseOutcome>> CallAsync { get; init; }

    /// <summary>Handler whose tokens are canceled by the first and the second Ctrl-C.</summary>
    public InterruptHandler Interrupts { get; } = interrupts;

    /// <summary>Prints one JSON document.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type)
        where T : class => Terminal.Document(DocumentJson.Write(document, type));
}
