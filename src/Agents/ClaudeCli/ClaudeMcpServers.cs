using System.Text.Json.Nodes;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Builds the <c>mcpServers</c> file of an agent run: the servers that the user allows and our own, whose tools the agent calls
/// by name (<c>mcp__orchestrator__done</c>).</summary>
public static class ClaudeMcpServers
{
    /// <summary>Name of our own server. A server of the repository with this name is left out.</summary>
    public const string Own = "orchestrator";

    /// <summary>Returns the text of the file, or null without servers.</summary>
    /// <param name="kept">Allowed servers as the JSON of such a file, or null for none.</param>
    /// <param name="command">Program and arguments of our own server, or null to leave it out.</param>
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
            // Loads the tools with the first turn instead of through a tool search.
            ["alwaysLoad"] = true,
        };
        file.Remove("mcpServers");
        file["mcpServers"] = servers;
        return file.ToJsonString();
    }
}
