namespace Orchestrator.Plans;

/// <summary>How gates are written, for everything that reads them (plans, phase files, the configuration) or finds them: the members and
/// their other spellings, the words for types, and what a command means that stands alone.</summary>
public static class GateGrammar
{
    /// <summary>The members of a gate, with their other spellings.</summary>
    public static KeyTable Keys { get; } =
        new("command cmd run", "type kind", "required", "timeout timeout_seconds", "description name", "negate", "exclusive", "cache");

    /// <summary>The members of a measurement, with their other spellings. It is no other kind of check, and never negated or taken from the
    /// cache; a printed plan says the first two.</summary>
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

    /// <summary>Whether a mapping with these keys is one gate; otherwise each key is a type or a name, and what stands below it is the
    /// command. A gate whose <c>command</c> is mistyped must not become several, each with a word of it as its command.</summary>
    public static bool IsOneGate(IReadOnlyCollection<string> keys) =>
        keys.Count == 0 || keys.Any(key => Keys.Find(key) is not null || NearestName.Of(key, ["command"]) is not null);

    /// <summary>The gate that a command means. Where nobody says its type, the key above it may, and else the command does.</summary>
    /// <param name="under">The key that it stands under, which is a word for a type or the gate's name; null: under none.</param>
    /// <param name="type">Its type as somebody said it; null: nobody did.</param>
    /// <param name="description">Its description as somebody said it; null: nobody did.</param>
    public static Gate Of(string command, string? under = null, GateType? type = null, string? description = null)
    {
        GateType? said = under is not null && Types.TryGetValue(under, out var word) ? word : null;
        return new Gate(command, type ?? said ?? GateCommand.GuessType(command), Description: description ?? (said is null ? under : null));
    }
}
