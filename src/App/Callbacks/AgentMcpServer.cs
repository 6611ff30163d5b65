using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Orchestrator.App.Callbacks;

/// <summary>
/// The MCP server that offers an agent the tools of its task. It reads from and writes to two streams, and ends when the input ends.
/// </summary>
public static class AgentMcpServer
{
    /// <summary>
    /// Maximum length of a message in bytes. Any valid tool call is shorter, because it contains at most 20 strings of 4,000 characters
    /// each.
    /// </summary>
    private const int LongestMessage = 8 * 1024 * 1024;

    /// <summary>Serves the tools until the input ends.</summary>
    /// <param name="start">Agent run to which the server belongs.</param>
    /// <param name="stdin">Messages of the agent program.</param>
    /// <param name="output">Stream for the answers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends the server.</param>
    /// <exception cref="UseCaseException">A message was too long, so the server stopped reading.</exception>
    public static async Task RunAsync(AgentRunIdentity start, Stream stdin, Stream output, TimeProvider time, CancellationToken stop)
    {
        var tools = new AgentMcpToolHandler(
            start,
            new AgentInformationRequestResponder(start.Repository, start.Run, start.Task, start.Folder),
            new AgentMailDispatcher(start.Repository, start.Run, time),
            time
        );
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
        if (input.IsCutOff)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"A message of more than {LongestMessage / (1024 * 1024)} MB arrived on stdin, so the server stopped.",
                "The agent program must send a shorter message."
            );
        }
    }
}
