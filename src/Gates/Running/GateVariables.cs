using System.Collections;

namespace Orchestrator.Gates.Running;

/// <summary>The environment of gates: what programs need, without credentials, because a gate runs code that an agent has just
/// written.</summary>
public static class GateVariables
{
    /// <summary>The variables of a list that are set.</summary>
    /// <param name="environment">The variables to choose from.</param>
    /// <param name="names">The list, such as <c>permissions.gates.environment</c>.</param>
    public static Dictionary<string, string> Named(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> names) =>
        environment.Where(pair => names.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>Makes the environment of a gate.</summary>
    /// <param name="inherited">The variables to choose from; null for this process's own environment.</param>
    /// <param name="extra">Further variables of this gate, such as its port. They override inherited ones.</param>
    public static IReadOnlyDictionary<string, string> Make(
        IReadOnlyDictionary<string, string>? inherited = null,
        IReadOnlyDictionary<string, string>? extra = null
    )
    {
        inherited ??= Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        var environment = inherited.Where(pair => ProgramVariables.Contain(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        environment["CI"] = "true";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach ((var name, var value) in extra ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }
        return environment;
    }
}
