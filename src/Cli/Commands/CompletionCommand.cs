using System.CommandLine;
using Orchestrator.Cli.Completion;

namespace Orchestrator.Cli.Commands;

/// <summary><c>completion</c>: the script with which a shell completes our command lines.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> _shell = new("SHELL") { Description = string.Join(", ", CompletionScript.Shells) };

    public CompletionCommand()
        : base("completion", "Print the completion script of a shell")
    {
        _shell.AcceptOnlyFromAmong([.. CompletionScript.Shells]);
        Add(_shell);
    }

    public override bool WorksEverywhere => true;

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var shell = parsed.GetRequiredValue(_shell);
        context.Terminal.Document(CompletionScript.Of(shell));
        context.Terminal.Say($"To keep it: {CompletionScript.HowTo(shell)}");
        return Task.FromResult(ExitCodes.Done);
    }
}
