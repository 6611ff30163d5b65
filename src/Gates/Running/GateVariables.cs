using System.Collections;

namespace Orchestrator.Gates.Running;

/// <summary>
/// Builds the environment variables of gates. They include the variables that programs need, but no credentials, because a gate runs code
/// that an agent has just written.
/// </summary>
public static class GateVariables
{
    /// <summary>Returns the environment variables with the given names that are set.</summary>
    /// <param name="environment">Available variables.</param>
    /// <param name="names">Names of the variables, such as the list <c>permissions.gates.environment</c>.</param>
    public static Dictionary<string, string> Named(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> names) =>
        environment.Where(pair => names.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>Builds the environment variables of a gate.</summary>
    /// <param name="inherited">Available variables, or null for the environment of this process.</param>
    /// <param name="extra">Additional variables of this gate, such as its port. They override inherited variables.</param>
    public static IReadOnlyDictionary<string, string> Make(
        IReadOnlyDictionary<string, string>? inherited = null,
        IReadOnlyDictionary<string, string>? extra = null
    )
    {
        inherited ??= Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        var environment = inherited
            .Where(pair => EnvironmentVariableAllowlist.Contain(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        environment["CI"] = "true";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach ((var name, var value) in extra ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }
        return environment;
    }
}
