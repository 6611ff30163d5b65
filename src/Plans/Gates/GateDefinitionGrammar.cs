namespace Orchestrator.Plans;

/// <summary>
/// Grammar of gates, used wherever gates are read (plans, phase files, the configuration) or detected. Defines the members, the type names
/// with their alternative spellings, and the meaning of a bare command.
/// </summary>
public static class GateDefinitionGrammar
{
    /// <summary>Keys of a gate, with alternative spellings.</summary>
    public static YamlOrJsonKeySynonymTable Keys { get; } =
        new(
            "command cmd run",
            "type kind",
            "required",
            "timeout timeout_seconds",
            "description name",
            "negate",
            "exclusive",
            "cache",
            "clean",
            "needs",
            "network",
            "covers"
        );

    /// <summary>
    /// Keys of a measurement, with alternative spellings. Measurements have a fixed type and can't be negated or cached. The keys for type
    /// and negation are accepted only because printed plans contain them.
    /// </summary>
    public static YamlOrJsonKeySynonymTable MeasurementKeys { get; } =
        new(
            "name description",
            "command cmd run",
            "expect",
            "tolerance",
            "required",
            "timeout timeout_seconds",
            "exclusive",
            "type",
            "negate"
        );

    /// <summary>Names of gate types, with alternative spellings.</summary>
    public static IReadOnlyDictionary<string, GateType> Types { get; } =
        new Dictionary<string, GateType>(StringComparer.OrdinalIgnoreCase)
        {
            ["test"] = GateType.Test,
            ["typecheck"] = GateType.TypeCheck,
            ["lint"] = GateType.Lint,
            ["build"] = GateType.Build,
            ["security"] = GateType.Security,
            ["custom"] = GateType.Custom,
            ["tests"] = GateType.Test,
            ["type_check"] = GateType.TypeCheck,
            ["types"] = GateType.TypeCheck,
        };

    /// <summary>
    /// True if a mapping with these keys describes a single gate. Otherwise, each key is a gate's type or name, and each value is a
    /// command. A misspelled <c>command</c> key still marks a single gate, so that the other values are not mistaken for commands.
    /// </summary>
    public static bool IsOneGate(IReadOnlyCollection<string> keys) =>
        keys.Count == 0 || keys.Any(key => Keys.Find(key) is not null || NearestName.Of(key, ["command"]) is not null);

    /// <summary>
    /// Creates the gate for a command. The type is the given one or, if none is given, the one that the parent key names. If neither
    /// exists, the type is guessed from the command.
    /// </summary>
    /// <param name="under">Parent key, which is a gate type or the gate's name, or null if there is none.</param>
    /// <param name="type">Explicit type, or null if none is given.</param>
    /// <param name="description">Explicit description, or null if none is given.</param>
    public static Gate Of(string command, string? under = null, GateType? type = null, string? description = null)
    {
        GateType? said = under is not null && Types.TryGetValue(under, out var word) ? word : null;
        return new Gate(
            command,
            type ?? said ?? GateCommandAnalysis.GuessType(command),
            Description: description ?? (said is null ? under : null)
        );
    }
}
