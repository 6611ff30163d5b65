using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>A command: its options and what it does. One file per command, one line in <see cref="Startup.CommandTable"/>.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>May be called by an agent. All other commands are for people: an agent that steers its own run is a mistake.</summary>
    public virtual bool IsForAgents => false;

    /// <summary>Works on unsupported machines too: see <see cref="Orchestrator.Machine.Setup.HostPlatform"/>.</summary>
    public virtual bool WorksEverywhere => false;

    /// <summary>Runs the command and returns one of <see cref="Outcome"/>.</summary>
    /// <param name="parsed">The options and arguments.</param>
    /// <param name="context">Terminal, folder, settings.</param>
    /// <param name="stop">Interrupted by the person; the command ends as soon as it can.</param>
    /// <exception cref="UseCaseException">It fails for a reason that a person can act on.</exception>
    public abstract Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop);
}
