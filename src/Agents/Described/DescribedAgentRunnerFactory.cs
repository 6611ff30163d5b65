using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Creates agent runners from agent descriptions.</summary>
public static class DescribedAgentRunnerFactory
{
    /// <summary>Creates the agent runner for an agent description.</summary>
    /// <param name="name">Name of the agent in settings.</param>
    /// <param name="json">Description, as stored in settings.</param>
    /// <param name="command">Program and leading arguments that replace the program in the description, or null to use the described
    /// program.</param>
    /// <param name="environment">Environment variables to pass to the program.</param>
    /// <param name="acpDriver">Program and arguments of <c>orchestrate drive-acp</c>, or null if no agent run is started.</param>
    /// <exception cref="InvalidOperationException">The description is invalid. Another version of this program stored the description,
    /// because this version reports faults when it reads the settings.</exception>
    public static IAgentRunner Create(
        string name,
        string json,
        IReadOnlyList<string>? command,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string>? acpDriver = null
    )
    {
        (var description, var faults) = AgentDescriptionReader.Read(json);
        return new DescribedAgentRunner(
            name,
            description
                ?? throw new InvalidOperationException(
                    $"The description of agent '{name}' can't be used: "
                        + string.Join(" ", faults.Select(fault => $"{fault.Path}: {fault.Message}"))
                ),
            command,
            environment
        )
        {
            AcpDriver = acpDriver,
        };
    }
}
