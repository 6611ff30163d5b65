using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>hook</c>: applies the policy of an agent run before each tool call. The agent program runs this command. Needs no running
/// orchestrator.</summary>
internal sealed class ToolCallHookCommand : CliCommand
{
    private readonly Option<string> _policy = new("--policy")
    {
        Description = "The start's policy file",
        HelpName = "FILE",
        Required = true,
    };

    public ToolCallHookCommand()
        : base("hook", "Called by agent programs to check if a tool call is allowed")
    {
        Hidden = true;
        Add(_policy);
    }

    public override bool IsForAgents => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (output, error, exitCode) = AgentIssuedCommandHandler.Hook(context.Terminal.ReadInput(), parsed.GetRequiredValue(_policy));
        if (output.Length > 0)
        {
            context.Terminal.Document(output + "\n");
        }
        if (error.Length > 0)
        {
            context.Terminal.Inform(error);
        }
        return Task.FromResult((UseCaseOutcome)exitCode);
    }
}
