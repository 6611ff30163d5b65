namespace Orchestrator.Cli;

/// <summary>
/// Base class of all commands. Each command defines its options and its implementation, and has its own file and one line in
/// <see cref="Startup.CliCommandRegistry"/>.
/// </summary>
internal abstract class CliCommand : Command
{
    // System.CommandLine requires a subcommand unless the command itself has an action.
    protected CliCommand(string name, string description)
        : base(name, description) => SetAction(static _ => 0);

    /// <summary>
    /// True if an agent may run the command. Other commands are for users only, because an agent must not steer its own run.
    /// </summary>
    public virtual bool IsForAgents => false;

    /// <summary>True if the command also works on unsupported platforms; see
    /// <see cref="Orchestrator.App.Setup.HostPlatform"/>.</summary>
    public virtual bool WorksEverywhere => false;

    /// <summary>Runs the command and returns its <see cref="UseCaseOutcome"/>.</summary>
    /// <param name="parsed">Options and arguments.</param>
    /// <param name="context">Provides the terminal, folder and settings.</param>
    /// <param name="stop">Canceled if the user interrupts the program. The command must then end as soon as possible.</param>
    /// <exception cref="UseCaseException">The command fails with an error that the user can fix.</exception>
    public abstract Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop);
}
