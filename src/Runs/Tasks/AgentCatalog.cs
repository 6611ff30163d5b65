using Orchestrator.Agents;

namespace Orchestrator.Runs.Tasks;

/// <summary>Agents by the names that settings and plans use.</summary>
internal static class AgentCatalog
{
    public const string Claude = "claude";

    /// <summary>The agent of that name, or null where the settings have none.</summary>
    public static IAgentRunner? Find(string name, RunPolicy policy, IReadOnlyList<string> hookCommand, AgentSurroundings surroundings)
    {
        if (name != Claude)
            return policy.Commands.TryGetValue(name, out var command) ? new CommandAgentRunner(name, command, surroundings.Environment) : null;
        return new ClaudeCliRunner(Options(policy, hookCommand, surroundings) with { McpConfig = surroundings.McpConfig });
    }

    /// <summary>The planner that the settings name, or null where there is none of that name. It reads and answers; it can't change anything.</summary>
    /// <param name="policy">The settings.</param>
    /// <param name="hookCommand">Program and arguments of the ownership hook; the program is ours.</param>
    /// <param name="surroundings">Variables and servers.</param>
    /// <param name="files">Where planning keeps its files, and with them its conversations.</param>
    public static IAgentRunner? FindPlanner(RunPolicy policy, IReadOnlyList<string> hookCommand, AgentSurroundings surroundings, PlanningFiles files) => policy.PlannerAgent switch
    {
        Claude => new ClaudeCliRunner(Options(policy, hookCommand, surroundings) with { BypassPermissions = false, Tools = ["Read", "Grep", "Glob"] }),
        "api" => Model(ModelService.Api, policy, hookCommand, surroundings, files),
        "bedrock" => Model(ModelService.Bedrock, policy, hookCommand, surroundings, files),
        var name => Find(name, policy, hookCommand, surroundings),
    };

    private static ModelAgentRunner Model(ModelService service, RunPolicy policy, IReadOnlyList<string> hookCommand, AgentSurroundings surroundings, PlanningFiles files) => new(new ModelAgentOptions
    {
        Service = service,
        Command = [.. hookCommand.SkipLast(1), "ask-model"],
        Conversations = files.Folder.Planning("conversations"),
        Url = policy.PlannerUrl,
        Region = policy.PlannerRegion,
        Model = policy.PlannerModel,
        Environment = surroundings.Environment,
    });

    /// <summary>What to tell a person who named an agent that is not there.</summary>
    public static string Unknown(string name, RunPolicy policy) =>
        $"There is no agent '{name}'. Known are: {string.Join(", ", policy.Commands.Keys.Append(Claude).Distinct().Order(StringComparer.Ordinal))}. "
        + $"Add it to .orchestrator/config.yaml: agents: {{ {name}: {{ command: [PROGRAM, ARGUMENT] }} }}";

    private static ClaudeCliOptions Options(RunPolicy policy, IReadOnlyList<string> hookCommand, AgentSurroundings surroundings) => new()
    {
        Program = policy.Commands.GetValueOrDefault(Claude) is { Count: > 0 } command ? command[0] : Claude,
        HookCommand = hookCommand,
        BypassPermissions = policy.PermissionMode == "bypass",
        Provider = ClaudeProviderNames.Parse(policy.Provider),
        Environment = surroundings.Environment,
    };
}
