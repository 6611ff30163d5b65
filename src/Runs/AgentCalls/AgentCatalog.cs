using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Models;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Finds agents by the names in settings and plans.</summary>
public static class AgentCatalog
{
    public const string Claude = "claude";

    /// <summary>The agent of that name, or null where there is none.</summary>
    /// <param name="name">The agent's name.</param>
    /// <param name="hookCommand">Program and arguments of the ownership hook.</param>
    /// <param name="runEnvironment">Variables and servers.</param>
    /// <param name="payer">The provider that pays for <c>claude</c>; empty: that of the settings.</param>
    public static IAgentRunner? Find(
        string name,
        OrchestratorSettings settings,
        IReadOnlyList<string> hookCommand,
        AgentRunEnvironment runEnvironment,
        string payer = ""
    )
    {
        if (name != Claude)
        {
            var own = settings.Agents.GetValueOrDefault(name)?.Command;
            return settings.DescriptionOf(name) is { } description
                    ? DescribedAgents.Create(name, description, own, runEnvironment.Environment, [.. hookCommand.SkipLast(1), "drive-acp"])
                : own is not null ? new CommandAgentRunner(name, own, runEnvironment.Environment)
                : null;
        }
        return new ClaudeCliRunner(
            Options(settings, hookCommand, runEnvironment, payer) with
            {
                McpConfig = runEnvironment.McpConfig,
                OwnMcpCommand = settings.Claude.Tools ? [.. hookCommand.SkipLast(1), "mcp"] : null,
                MailCommand = [.. hookCommand.SkipLast(1), "mail", "deliver"],
            }
        );
    }

    /// <summary>The planner or reviewer of the settings, or null where there is none of that name. It reads and answers, and can't change
    /// anything.</summary>
    /// <param name="who">Which one.</param>
    /// <param name="hookCommand">Program and arguments of the ownership hook.</param>
    /// <param name="runEnvironment">Variables and servers.</param>
    /// <param name="conversations">Folder for the conversations of models that have no agent program.</param>
    /// <param name="payer">The provider that pays for <c>claude</c>; empty: that of the settings.</param>
    public static IAgentRunner? FindAnswering(
        PlannerSettings who,
        OrchestratorSettings settings,
        IReadOnlyList<string> hookCommand,
        AgentRunEnvironment runEnvironment,
        string conversations,
        string payer = ""
    ) =>
        who.Agent switch
        {
            Claude => new ClaudeCliRunner(
                Options(settings, hookCommand, runEnvironment, payer) with
                {
                    BypassPermissions = false,
                    Tools = ["Read", "Grep", "Glob"],
                }
            ),
            "api" => Model(ModelService.Api, who, hookCommand, runEnvironment, conversations),
            "bedrock" => Model(ModelService.Bedrock, who, hookCommand, runEnvironment, conversations),
            var name => Find(name, settings, hookCommand, runEnvironment),
        };

    private static ModelAgentRunner Model(
        ModelService service,
        PlannerSettings who,
        IReadOnlyList<string> hookCommand,
        AgentRunEnvironment runEnvironment,
        string conversations
    ) =>
        new(
            new ModelAgentOptions
            {
                Service = service,
                Command = [.. hookCommand.SkipLast(1), "ask-model"],
                Conversations = conversations,
                Url = who.Url,
                Region = who.Region,
                Model = who.Model,
                Environment = runEnvironment.Environment,
            }
        );

    /// <summary>Message for a person who named an unknown agent.</summary>
    public static string Unknown(string name, OrchestratorSettings settings) =>
        $"There is no agent '{name}'. Known are: {string.Join(", ", settings.AgentNames)}. "
        + $"Add it to .orchestrator/config.yaml: agents: {{ {name}: {{ command: [PROGRAM, ARGUMENT] }} }}";

    private static ClaudeCliOptions Options(
        OrchestratorSettings settings,
        IReadOnlyList<string> hookCommand,
        AgentRunEnvironment runEnvironment,
        string payer
    ) =>
        new()
        {
            Program = settings.Claude.Command is { Count: > 0 } command ? command[0] : Claude,
            HookCommand = hookCommand,
            BypassPermissions = settings.Permissions.Mode == "bypass",
            Provider = ClaudeProviderNames.Parse(payer.Length > 0 ? payer : settings.Claude.Provider),
            Environment = runEnvironment.Environment,
        };
}
