using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Git;
using Orchestrator.Settings;

namespace Orchestrator.Activities.Tasks;

/// <summary>What an agent is given beside its task: variables, and the MCP servers that it keeps.</summary>
/// <param name="Environment">The process's variables, and account and region from the repository's <c>.orchestrator/secrets.env</c> and <c>.env</c>.</param>
/// <param name="McpConfig">The kept servers as the JSON of an <c>mcpServers</c> file; null for none.</param>
/// <param name="MissingServers">Names in <c>agents.claude.mcp</c> that the repository's <c>.mcp.json</c> does not have.</param>
internal sealed record AgentSurroundings(IReadOnlyDictionary<string, string> Environment, string? McpConfig, IReadOnlyList<string> MissingServers)
{
    private const string McpFile = ".mcp.json";

    /// <summary>The surroundings of an agent that starts at a commit; null where there is none yet. Secrets are read anew each time, since a run's policy must not hold them.</summary>
    public static async Task<AgentSurroundings> OfAsync(ActivityServices services, string repository, RunPolicy policy, string? commit, CancellationToken stop)
    {
        var environment = SettingsLoader.Load(SettingsFiles.Read(repository, services.Environment, [])).AgentEnvironment;
        if (policy.McpServers.Count == 0)
            return new AgentSurroundings(environment, null, []);
        var file = commit is null ? null : await new Commits(await Repositories.OpenAsync(repository)).ReadFileAsync(commit, McpFile, stop);
        var (config, missing) = Keep(file is null ? "" : Encoding.UTF8.GetString(file), policy.McpServers);
        return new AgentSurroundings(environment, config, missing);
    }

    /// <summary>The named servers of a <c>.mcp.json</c>, and the names that are not there. A file that can't be read has none.</summary>
    internal static (string? Config, IReadOnlyList<string> Missing) Keep(string file, IReadOnlyList<string> names)
    {
        var servers = Servers(file);
        var kept = new JsonObject(names.Distinct().Where(servers.ContainsKey).Select(name => new KeyValuePair<string, JsonNode?>(name, servers[name]?.DeepClone())));
        return (kept.Count == 0 ? null : new JsonObject { ["mcpServers"] = kept }.ToJsonString(), [.. names.Where(name => !servers.ContainsKey(name))]);
    }

    private static JsonObject Servers(string file)
    {
        try
        {
            return (file.Length == 0 ? null : JsonNode.Parse(file)?["mcpServers"] as JsonObject) ?? [];
        }
        catch (Exception broken) when (broken is System.Text.Json.JsonException or InvalidOperationException)
        {
            return [];
        }
    }
}
