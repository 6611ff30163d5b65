using System.Text.Json.Nodes;
using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>The variables and MCP servers that an agent gets beside its task.</summary>
/// <param name="Environment">The process's variables, and account and region from the repository's <c>.orchestrator/secrets.env</c> and
/// <c>.env</c>.</param>
/// <param name="McpConfig">The allowed servers as the JSON of an <c>mcpServers</c> file; null for none.</param>
/// <param name="MissingServers">Names in <c>agents.claude.mcp</c> that the repository's <c>.mcp.json</c> does not have, or not as the
/// person approved them.</param>
public sealed record AgentRunEnvironment(
    IReadOnlyDictionary<string, string> Environment,
    string? McpConfig,
    IReadOnlyList<string> MissingServers
)
{
    private const string McpFile = ProjectCommands.McpFile;

    /// <summary>The environment of an agent that starts at a commit; null where there is none yet. Secrets are read each time, because a
    /// run must not store them.</summary>
    public static async Task<AgentRunEnvironment> OfAsync(
        RunServices services,
        string repository,
        RunStart start,
        string? commit,
        CancellationToken stop
    )
    {
        var environment = EnvironmentOf(services, repository, start);
        if (start.Settings.Claude.McpServers.Count == 0)
        {
            return new AgentRunEnvironment(environment, null, []);
        }
        var file = commit is null
            ? null
            : await new CommitStore(await services.OpenRepositoryAsync(repository)).ReadFileAsync(commit, McpFile, stop);
        var (config, missing) = Keep(
            file is null ? "" : Encoding.UTF8.GetString(file),
            start.Settings.Claude.McpServers,
            start.Found.McpServers
        );
        return new AgentRunEnvironment(environment, config, missing);
    }

    // A variable that was not there when the person approved is not passed on, and changes of the files during the run remove none.
    private static Dictionary<string, string> EnvironmentOf(RunServices services, string repository, RunStart start)
    {
        var files = SettingsLoader.Load(SettingsFiles.Read(repository, services.Environment, []) with { IsTrusted = true });
        return files
            .AgentEnvironment.Where(pair => services.Environment.ContainsKey(pair.Key) || start.Found.AgentVariables.Contains(pair.Key))
            .ToDictionary();
    }

    /// <summary>The named servers of a <c>.mcp.json</c>, and the names that are not there as the person approved them. An unreadable file
    /// has none.</summary>
    public static (string? Config, IReadOnlyList<string> Missing) Keep(
        string file,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, string> seen
    )
    {
        var servers = ProjectCommands
            .ReadMcpServers(file)
            .Where(server => seen.GetValueOrDefault(server.Key) == server.Value)
            .ToDictionary();
        var kept = new JsonObject(
            names
                .Distinct()
                .Where(servers.ContainsKey)
                .Select(name => new KeyValuePair<string, JsonNode?>(name, JsonNode.Parse(servers[name])))
        );
        return (
            kept.Count == 0 ? null : new JsonObject { ["mcpServers"] = kept }.ToJsonString(),
            [.. names.Where(name => !servers.ContainsKey(name))]
        );
    }
}
