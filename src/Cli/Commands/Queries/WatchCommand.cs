using System.CommandLine;

namespace Orchestrator.Cli.Commands;

/// <summary><c>watch</c>: groups commands that show several views of a run side by side.</summary>
internal sealed class WatchCommand : CliCommand
{
    private readonly WatchOpenCommand _open = new();

    public WatchCommand()
        : base("watch", "Watch a run and its agents side by side")
    {
        Add(_open);

        // System.CommandLine requires a subcommand unless the command itself has an action.
        SetAction(static _ => 0);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop) =>
        throw new UseCaseException(
            Outcome.Usage,
            "A command is missing.",
            "'orchestrate watch open' opens panes of tmux; 'orchestrate status --watch' shows a run in this terminal."
        );
}
