using Orchestrator.Activities.Runs;
using Orchestrator.Agents;

namespace Orchestrator.Activities.Tasks;

/// <summary>Agents by the names that settings and plans use.</summary>
internal static class AgentCatalog
{
    public const string Claude = "claude";

    /// <summary>The agent of that name, or null where the settings have none.</summary>
    public static IAgentRunner? Find(string name, RunPolicy policy, IReadOnlyList<string> hookCommand, AgentSurroundings surroundings)
    {
        policy.Commands.TryGetValue(name, out var command);
        if (name != Claude)
            return command is null ? null : new CommandAgentRunner(name, command, surroundings.Environment);
        return new ClaudeCliRunner(new ClaudeCliOptions
        {
            Program = command is { Count: > 0 } ? command[0] : Claude,
            HookCommand = hookCommand,
            BypassPermissions = policy.PermissionMode == "bypass",
            Provider = ClaudeProviderNames.Parse(policy.Provider),
            McpConfig = surroundings.McpConfig,
            Environment = surroundings.Environment,
        });
    }

    /// <summary>What to tell a person who named an agent that is not there.</summary>
    public static string Unknown(string name, RunPolicy policy) =>
        $"There is no agent '{name}'. Known are: {string.Join(", ", policy.Commands.Keys.Append(Claude).Distinct().Order(StringComparer.Ordinal))}. "
        + $"Add it to .orchestrator/config.yaml: agents: {{ {name}: {{ command: [PROGRAM, ARGUMENT] }} }}";
}
