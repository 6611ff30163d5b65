using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Orchestrator.Cli.Mcp;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>mcp</c>: runs an MCP server on stdin and stdout that offers an agent the tools of its task. The agent program starts this command,
/// which ends when standard input is closed. Works without a running orchestrator.
/// </summary>
internal sealed class McpCommand : CliCommand
{
    /// <summary>
    /// Maximum length of a message in bytes. Any valid tool call is shorter, because it contains at most 20 strings of 4,000 characters
    /// each.
    /// </summary>
    private const int LongestMessage = 8 * 1024 * 1024;

    public McpCommand()
        : base(
            "mcp",
            "Run an MCP server on stdin and stdout that offers an agent the tools for its task (agent programs start this command)"
        ) { }

    public override bool IsForAgents => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var start = context.RequireAgentStart();
        var tools = new AgentMcpToolHandler(
            start,
            new AgentInformationRequestResponder(start.Repository, start.Run, start.Task, start.Folder),
            new AgentMailDispatcher(start.Repository, start.Run, context.Time),
            context.Time
        );
        var (stdin, output) = context.Terminal.OpenStreams();
        await using var input = new BoundedLineStream(stdin, LongestMessage);
        await using var transport = new StreamServerTransport(input, output, "orchestrator");
        await using var server = McpServer.Create(
            transport,
            new McpServerOptions
            {
                ServerInfo = new Implementation { Name = "orchestrator", Version = ProductVersion.Value },
                Capabilities = new ServerCapabilities { Tools = new ToolsCapability() },
                Handlers = new McpServerHandlers
                {
                    ListToolsHandler = static (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = AgentMcpToolDefinitions.All }),
                    CallToolHandler = (request, cancelled) => tools.CallAsync(request.Params, cancelled),
                },
            }
        );
        await server.RunAsync(stop);
        return !input.IsCutOff
            ? UseCaseOutcome.Done
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"A message of more than {LongestMessage / (1024 * 1024)} MB arrived on stdin, so the server did not read it.",
                "The agent program must send a shorter message."
            );
    }
}
