using Orchestrator.Cli.Help;

namespace Orchestrator.Cli.Commands;

/// <summary><c>completion</c>: prints the script with which a shell completes command lines of this program.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> _shell = new("SHELL") { Description = string.Join(", ", CompletionScript.Shells) };

    public CompletionCommand()
        : base("completion", "Print a shell script that completes commands, options and ids; the examples show how to install the script")
    {
        _shell.AcceptOnlyFromAmong([.. CompletionScript.Shells]);
        Add(_shell);
    }

    public override bool WorksEverywhere => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var shell = parsed.GetRequiredValue(_shell);
        context.Terminal.Document(CompletionScript.Of(shell));
        context.Terminal.Inform($"To install it permanently: {CompletionScript.InstallInstructions(shell)}");
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
