using System.Text.Json.Serialization.Metadata;
using Orchestrator.Cli.Console;
using Orchestrator.Machine.Setup;

namespace Orchestrator.Cli;

/// <summary>Dependencies of every command: those of use cases, the terminal, and how other commands are called.</summary>
internal sealed class CommandContext(
    ITerminal terminal,
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    Interrupts interrupts,
    bool verbose = false,
    HostPlatform? platform = null
) : UseCaseContext(environment, directory, time, verbose, platform)
{
    /// <summary>The console; a process that stays makes it part of its log.</summary>
    public ITerminal Terminal { get; set; } = terminal;

    /// <inheritdoc/>
    public override IInteraction Interaction => Terminal;

    /// <inheritdoc/>
    public override CancellationToken StopNow => Interrupts.StopNow;

    /// <summary>The command line, without the program's name: a background process goes on with it.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Carries out another command line in a folder, at the same terminal, and returns its exit code.</summary>
    public required Func<IReadOnlyList<string>, string, Task<Outcome>> CallAsync { get; init; }

    /// <summary>Ctrl-C, once and twice.</summary>
    public Interrupts Interrupts { get; } = interrupts;

    /// <summary>Prints one JSON document.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type)
        where T : class => Terminal.Document(DocumentJson.Write(document, type));
}
