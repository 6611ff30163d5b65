using System.Text.Json.Nodes;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Builds the <c>mcpServers</c> file of an agent run. It contains the servers that the user allows and the orchestrator's own
/// server, which provides tools such as <c>mcp__orchestrator__done</c>.</summary>
public static class ClaudeMcpServers
{
    /// <summary>Name of the orchestrator's own server. If the repository defines a server with this name, the repository's server is
    /// omitted.</summary>
    public const string Own = "orchestrator";

    /// <summary>Returns the text of the <c>mcpServers</c> file, or null if there are no servers.</summary>
    /// <param name="kept">Allowed servers in the same JSON format, or null if there are none.</param>
    /// <param name="command">Program and arguments of the orchestrator's own server, or null to omit the server.</param>
    internal static string? Make(string? kept, IReadOnlyList<string>? command)
    {
        if (command is null)
        {
            return kept;
        }
        var file = kept is null ? [] : JsonNode.Parse(kept)!.AsObject();
        var servers = file["mcpServers"] as JsonObject ?? [];
        servers.Remove(Own);
        servers[Own] = new JsonObject
        {
            ["type"] = "stdio",
            ["command"] = command[0],
            ["args"] = new JsonArray([.. command.Skip(1).Select(word => JsonValue.Create(word))]),
            // Loads the tools in the first turn, so that the agent need not search for them.
            ["alwaysLoad"] = true,
        };
        file.Remove("mcpServers");
        file["mcpServers"] = servers;
        return file.ToJsonString();
    }
}
