using System.Text.Json.Nodes;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks that an agent actually has its MCP tools. If a server does not start, or ends before it has listed its tools, the agent program
/// continues without them.
/// </summary>
/// <param name="folder">The agent run's folder.</param>
internal sealed class McpToolAvailabilityChecker(string folder)
{
    private readonly List<string> _missing = [];

    /// <summary>Permission rules that allow the tools of <c>orchestrate mcp</c>.</summary>
    public static IEnumerable<string> Rules(AgentSettings claude) => claude.Tools ? [Prefix(ClaudeMcpServers.Own)] : [];

    /// <summary>One notice for each missing tool or server.</summary>
    public IEnumerable<TaskNotice> Notices => _missing.Select(text => new TaskNotice(text));

    /// <summary>Evaluates an event of the agent, to find missing tools and servers.</summary>
    public void HandleEvent(AgentEvent happened)
    {
        if (happened is AgentSessionStartedEvent started)
        {
            _missing.Clear();
            _missing.AddRange(Expected().Select(server => Missing(server, started)).OfType<string>());
        }
    }

    private static string Prefix(string server) => "mcp__" + server;

    private static string? Missing(string server, AgentSessionStartedEvent started)
    {
        string[] wanted = server == ClaudeMcpServers.Own ? [.. AgentToolNames.All.Select(tool => $"{Prefix(server)}__{tool}")] : [];
        var state = started.McpServers.GetValueOrDefault(server) ?? "missing";
        string[] without = [.. wanted.Except(started.Tools)];
        return state != "connected" ? $"The agent is working without the tools of the MCP server '{server}', which is {state}."
            : without.Length > 0
                ? $"The agent is working without the tools {string.Join(", ", without)}, because the MCP server did not " + "list them."
            : null;
    }

    // The file was written when the agent started, possibly by another version.
    private IEnumerable<string> Expected()
    {
        try
        {
            return
                SmallFileReader.TryRead(Path.Combine(folder, "mcp.json")) is { } json
                && JsonNode.Parse(json)?["mcpServers"] is JsonObject servers
                ? [.. servers.Select(server => server.Key)]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
