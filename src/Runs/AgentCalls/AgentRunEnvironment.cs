using System.Text.Json.Nodes;
using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Environment variables and MCP servers of an agent run.</summary>
/// <param name="Environment">Environment variables of this process, with the account and region in the repository's
/// <c>.orchestrator/secrets.env</c> and <c>.env</c>.</param>
/// <param name="McpConfig">The approved MCP servers in the JSON format of an <c>mcpServers</c> file, or null if there are none.</param>
/// <param name="MissingServers">Names in <c>agents.claude.mcp</c> that the repository's <c>.mcp.json</c> lacks or defines differently than
/// the user approved.</param>
public sealed record AgentRunEnvironment(
    IReadOnlyDictionary<string, string> Environment,
    string? McpConfig,
    IReadOnlyList<string> MissingServers
)
{
    private const string McpFile = ProjectDefinedCommandFinder.McpFile;

    /// <summary>Builds the environment of an agent. Secrets are read at each start, because a run never stores them.</summary>
    /// <param name="commit">Commit whose <c>.mcp.json</c> applies, or null if the agent starts without a commit.</param>
    public static async Task<AgentRunEnvironment> OfAsync(
        RunServiceBundle services,
        string repository,
        RunStartSettings start,
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
            : await new GitCommitReaderAndWriter(await services.OpenRepositoryAsync(repository)).ReadFileAsync(commit, McpFile, stop);
        var (config, missing) = Keep(
            file is null ? "" : Encoding.UTF8.GetString(file),
            start.Settings.Claude.McpServers,
            start.Found.McpServers
        );
        return new AgentRunEnvironment(environment, config, missing);
    }

    // A variable that was missing at approval is not passed on. The files count as trusted here, because a change during the run must not
    // remove approved variables.
    private static Dictionary<string, string> EnvironmentOf(RunServiceBundle services, string repository, RunStartSettings start)
    {
        var files = SettingsLoader.Load(SettingsFiles.Read(repository, services.Environment, []) with { IsTrusted = true });
        return files
            .AgentEnvironment.Where(pair => services.Environment.ContainsKey(pair.Key) || start.Found.AgentVariables.Contains(pair.Key))
            .ToDictionary();
    }

    /// <summary>
    /// Selects the requested MCP servers whose definitions in a <c>.mcp.json</c> file are the ones that the user approved. Also lists the
    /// requested servers that are not selected. An unreadable file counts as empty.
    /// </summary>
    /// <param name="file">Content of <c>.mcp.json</c>.</param>
    /// <param name="names">Names of the requested servers.</param>
    /// <param name="seen">The approved definitions by server name.</param>
    public static (string? Config, IReadOnlyList<string> Missing) Keep(
        string file,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, string> seen
    )
    {
        var servers = ProjectDefinedCommandFinder
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
