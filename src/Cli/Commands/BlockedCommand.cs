using System.CommandLine;
using Orchestrator.Runs.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>blocked</c>: an agent says what it can't go on without.</summary>
internal sealed class BlockedCommand : CliCommand
{
    private readonly Option<string[]> _needs = new("--needs")
    {
        Description = "What is missing, such as a package: pandas>=2.0",
        HelpName = "WHAT",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why it is needed", HelpName = "TEXT" };

    public BlockedCommand()
        : base("blocked", "Called by agents: say what the task can't go on without")
    {
        Add(_needs);
        Add(_reason);
    }

    public override bool IsForAgents => true;

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var start = AgentStartFacts.Require(context);
        var needs = parsed.GetRequiredValue(_needs);
        AgentCallbacks.Claim(start.Folder, start.Task, "blocked", parsed.GetValue(_reason) ?? "", needs, report: null, context.Time);
        context.Terminal.Say($"Noted: {start.Task} needs {string.Join(", ", needs)}. End your turn now; a person or the policy answers.");
        return Task.FromResult(ExitCodes.Done);
    }
}
