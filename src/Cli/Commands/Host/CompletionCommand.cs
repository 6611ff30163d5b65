using Orchestrator.Cli.Help;

namespace Orchestrator.Cli.Commands;

/// <summary><c>completion</c>: prints the script with which a shell completes command lines of this program.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> _shell = new("SHELL") { Description = string.Join(", ", CompletionScript.Shells) };

    public CompletionCommand()
        : base("completion", "Print the script that completes commands, options and ids in a shell; the examples install it")
    {
        _shell.AcceptOnlyFromAmong([.. CompletionScript.Shells]);
        Add(_shell);
    }

    public override bool WorksEverywhere => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var shell = parsed.GetRequiredValue(_shell);
        context.Terminal.Document(CompletionScript.Of(shell));
        context.Terminal.Inform($"To keep it: {CompletionScript.InstallInstructions(shell)}");
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
