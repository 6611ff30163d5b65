using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>A command: its options and what it does. One file per command, one line in <see cref="Startup.CommandTable"/>.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>May be called from inside an agent's attempt. Everything else is for people: an agent that steers its own run is a
    /// mistake.</summary>
    public virtual bool IsForAgents => false;

    /// <summary>Works on machines where nothing can be run: see <see cref="Orchestrator.Runs.Setup.HostPlatform"/>.</summary>
    public virtual bool WorksEverywhere => false;

    /// <summary>Does the command's work and gives one of <see cref="ExitCodes"/>.</summary>
    /// <param name="parsed">The options and arguments.</param>
    /// <param name="context">Terminal, folder, settings.</param>
    /// <param name="stop">Interrupted by the person; the command ends as soon as it can.</param>
    /// <exception cref="CommandException">It ends for a reason that a person can act on.</exception>
    public abstract Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop);
}
