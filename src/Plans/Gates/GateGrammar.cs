namespace Orchestrator.Plans;

/// <summary>The grammar of gates, for everything that reads them (plans, phase files, the configuration) or finds them: the members and
/// their other spellings, the words for types, and the meaning of a bare command.</summary>
public static class GateGrammar
{
    /// <summary>The members of a gate, with their other spellings.</summary>
    public static KeyTable Keys { get; } =
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
            "needs"
        );

    /// <summary>The members of a measurement, with their other spellings. It has no other type, and is never negated or cached; a printed
    /// plan contains type and negation.</summary>
    public static KeyTable MeasurementKeys { get; } =
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

    /// <summary>The words for types, with their other spellings.</summary>
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

    /// <summary>True if a mapping with these keys is one gate; otherwise each key is a type or a name, and its value the command. A gate
    /// with a misspelt <c>command</c> must not become several, each with one of its values as command.</summary>
    public static bool IsOneGate(IReadOnlyCollection<string> keys) =>
        keys.Count == 0 || keys.Any(key => Keys.Find(key) is not null || NearestName.Of(key, ["command"]) is not null);

    /// <summary>The gate for a command. Its type is the given one, or that of the key above it, or that of the command.</summary>
    /// <param name="under">The key above it, which is a word for a type or the gate's name; null: none.</param>
    /// <param name="type">The given type; null: none.</param>
    /// <param name="description">The given description; null: none.</param>
    public static Gate Of(string command, string? under = null, GateType? type = null, string? description = null)
    {
        GateType? said = under is not null && Types.TryGetValue(under, out var word) ? word : null;
        return new Gate(command, type ?? said ?? GateCommand.GuessType(command), Description: description ?? (said is null ? under : null));
    }
}
