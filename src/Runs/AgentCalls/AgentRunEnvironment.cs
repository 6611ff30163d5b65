using System.Text.Json.Nodes;
using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Environment variables and MCP servers of an agent run.</summary>
/// <param name="Environment">Variables of this process, with account and region from the repository's <c>.orchestrator/secrets.env</c> and
/// <c>.env</c>.</param>
/// <param name="McpConfig">The allowed servers as JSON of an <c>mcpServers</c> file, or null if none.</param>
/// <param name="MissingServers">Names in <c>agents.claude.mcp</c> that are missing from the repository's <c>.mcp.json</c>, or whose
/// definition differs from the approved one.</param>
public sealed record AgentRunEnvironment(
    IReadOnlyDictionary<string, string> Environment,
    string? McpConfig,
    IReadOnlyList<string> MissingServers
)
{
    private const string McpFile = ProjectCommands.McpFile;

    /// <summary>Builds the environment of an agent that starts at a commit, or at none if null. Secrets are read each time, because a run
    /// never stores them.</summary>
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

    // A variable that was absent at approval is not passed on. The files count as trusted, so that changes during the run don't withhold
    // the approved variables.
    private static Dictionary<string, string> EnvironmentOf(RunServices services, string repository, RunStart start)
    {
        var files = SettingsLoader.Load(SettingsFiles.Read(repository, services.Environment, []) with { IsTrusted = true });
        return files
            .AgentEnvironment.Where(pair => services.Environment.ContainsKey(pair.Key) || start.Found.AgentVariables.Contains(pair.Key))
            .ToDictionary();
    }

    /// <summary>Selects the named servers of a <c>.mcp.json</c> whose definition is the approved one, and lists the names of the others.
    /// An unreadable file counts as empty.</summary>
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
