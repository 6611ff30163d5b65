using Orchestrator.Cli.Completion;

namespace Orchestrator.Cli.Commands;

/// <summary><c>complete</c>: prints the completions at the cursor, one per line, for shells.</summary>
internal sealed class CompleteShellInputCommand : CliCommand
{
    private readonly Argument<string[]> _words = new("WORD")
    {
        Description = "The command line behind the program's name, up to the cursor",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Func<IReadOnlyList<string>, Command> _commands;

    /// <summary>Creates the command.</summary>
    /// <param name="commands">Returns the root command. Contains only the command that the words name, or all commands if they name
    /// none.</param>
    public CompleteShellInputCommand(Func<IReadOnlyList<string>, Command> commands)
        : base("complete", "Called by shells to complete a command line")
    {
        _commands = commands;
        Hidden = true;
        Add(_words);
    }

    public override bool WorksEverywhere => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        context.Terminal.Document(
            string.Concat(
                CommandLineCompleter
                    .Complete(context, _commands, parsed.GetValue(_words) ?? [])
                    .Where(word => new UntrustedText(word).IsPlain)
                    .Select(word => word + "\n")
            )
        );
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
