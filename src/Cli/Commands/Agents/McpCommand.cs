using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>mcp</c>: runs an MCP server on stdin and stdout that offers an agent the tools of its task. The agent program starts this command,
/// which ends when standard input is closed. Works without a running orchestrator.
/// </summary>
internal sealed class McpCommand : CliCommand
{
    public McpCommand()
        : base(
            "mcp",
            "Run an MCP server on stdin and stdout that offers an agent the tools for its task (agent programs start this command)"
        ) { }

    public override bool IsForAgents => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (input, output) = context.Terminal.OpenStreams();
        await AgentMcpServer.RunAsync(AgentRunIdentity.Require(context), input, output, context.Time, stop);
        return UseCaseOutcome.Done;
    }
}
