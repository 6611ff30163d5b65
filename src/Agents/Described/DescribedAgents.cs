using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Makes runners of descriptions.</summary>
public static class DescribedAgents
{
    /// <summary>The runner of a description.</summary>
    /// <param name="name">The agent's name in the settings.</param>
    /// <param name="json">The description, as settings hold it.</param>
    /// <param name="command">Program and first arguments in place of the description's program; null: that one.</param>
    /// <param name="environment">The environment to pass on.</param>
    /// <param name="acpDriver">Program and arguments of <c>orchestrate drive-acp</c>; null: nothing is to be started.</param>
    /// <exception cref="InvalidOperationException">The description has faults, which the settings of this version would name: it was
    /// stored by another one.</exception>
    public static IAgentRunner Create(
        string name,
        string json,
        IReadOnlyList<string>? command,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string>? acpDriver = null
    )
    {
        (var description, var faults) = DescriptionReader.Read(json);
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
