using System.CommandLine;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>drive-acp</c>: drives an agent that uses the Agent Client Protocol through one prompt. It is started in place of the agent
/// and needs no running orchestrator.</summary>
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

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop) =>
        (Outcome)
            await AgentCallbacks.DriveAcpAsync(
                parsed.GetRequiredValue(_request),
                context.Terminal.ReadInput(),
                line => context.Terminal.Document(line + "\n"),
                line => context.Terminal.Say(line),
                stop
            );
}
