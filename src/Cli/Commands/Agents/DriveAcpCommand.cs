using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>drive-acp</c>: sends one prompt to an agent that uses the Agent Client Protocol. The process that supervises agents starts this
/// command in place of the agent program. Works without a running orchestrator.
/// </summary>
internal sealed class DriveAcpCommand : CliCommand
{
    private readonly Option<string> _request = new("--request")
    {
        Description = "The start's request file",
        HelpName = "FILE",
        Required = true,
    };

    public DriveAcpCommand()
        : base("drive-acp", "Started for agents to drive a program that speaks the Agent Client Protocol")
    {
        Hidden = true;
        Add(_request);
    }

    public override bool IsForAgents => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop) =>
        (UseCaseOutcome)
            await AgentIssuedCommandHandler.DriveAcpAsync(
                parsed.GetRequiredValue(_request),
                context.Terminal.ReadInput(),
                line => context.Terminal.Document(line + "\n"),
                line => context.Terminal.Inform(line),
                stop
            );
}
