using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Models;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Finds agents by the names that settings and plans use.</summary>
public static class AgentCatalog
{
    /// <summary>Name by which the settings refer to the built-in agent.</summary>
    public const string Claude = "claude";

    /// <summary>Returns the runner of an agent, or null if no agent has this name.</summary>
    /// <param name="name">Name of the agent in the settings.</param>
    /// <param name="hookCommand">Program and arguments of the hook that checks file ownership.</param>
    /// <param name="runEnvironment">Environment variables and MCP servers of the agent.</param>
    /// <param name="payer">The provider that pays for <c>claude</c>, or empty if the provider in the settings pays.</param>
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
                    ? DescribedAgentRunnerFactory.Create(
                        name,
                        description,
                        own,
                        runEnvironment.Environment,
                        [.. hookCommand.SkipLast(1), "drive-acp"]
                    )
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

    /// <summary>
    /// Returns the runner of the planner or reviewer, or null if its agent is unknown. Planners and reviewers can read files and answer,
    /// but can't change anything.
    /// </summary>
    /// <param name="who">Settings of the planner or reviewer.</param>
    /// <param name="hookCommand">Program and arguments of the hook that checks file ownership.</param>
    /// <param name="runEnvironment">Environment variables and MCP servers of the agent.</param>
    /// <param name="conversations">Folder for the conversations of models that have no agent program.</param>
    /// <param name="payer">The provider that pays for <c>claude</c>, or empty if the provider in the settings pays.</param>
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
            "api" => Model(ModelServiceKind.Api, who, hookCommand, runEnvironment, conversations),
            "bedrock" => Model(ModelServiceKind.Bedrock, who, hookCommand, runEnvironment, conversations),
            var name => Find(name, settings, hookCommand, runEnvironment),
        };

    private static ModelApiAgentRunner Model(
        ModelServiceKind service,
        PlannerSettings who,
        IReadOnlyList<string> hookCommand,
        AgentRunEnvironment runEnvironment,
        string conversations
    ) =>
        new(
            new ModelApiAgentOptions
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

    /// <summary>Returns the error message for an agent name that neither the program nor the settings define.</summary>
    public static string Unknown(string name, OrchestratorSettings settings) =>
        $"No agent is named '{name}'. Known agents: {string.Join(", ", settings.AgentNames)}. "
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
