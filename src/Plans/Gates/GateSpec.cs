using System.Text.Json.Serialization;

namespace Orchestrator.Plans;

/// <summary>A command whose exit code says whether work is good.</summary>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>; <c>{modified_files}</c> and <c>{modified_tests}</c> expand to quoted names.</param>
/// <param name="Type">What kind of check it is.</param>
/// <param name="Required">Its failure fails the task; otherwise it is only reported.</param>
/// <param name="Timeout">Null: the run's. In JSON a number of seconds.</param>
/// <param name="Description">What it shows, for people.</param>
/// <param name="Negate">It passes when the command fails.</param>
/// <param name="Exclusive">Gates of one such name run one at a time on a machine; see <see cref="ExclusiveName"/>. Null: beside any other.</param>
public sealed record GateSpec(
    [property: JsonPropertyName("command")] string Command,
    [property: JsonPropertyName("type")] GateType Type = GateType.Custom,
    [property: JsonPropertyName("required")] bool Required = true,
    [property: JsonPropertyName("timeout"), JsonConverter(typeof(SecondsConverter))] TimeSpan? Timeout = null,
    [property: JsonPropertyName("description")] string? Description = null,
    [property: JsonPropertyName("negate")] bool Negate = false,
    [property: JsonPropertyName("exclusive")] string? Exclusive = null)
{
    /// <summary>What people see: the description, else the command.</summary>
    [JsonIgnore]
    public string Name => string.IsNullOrWhiteSpace(Description) ? Command : Description;

    /// <summary>
    /// The gates of one task, each with a name of its own: where several share a description, such as "must pass" in all lines of a phase, it says nothing about which of them failed, and each is
    /// named by its command too.
    /// </summary>
    public static IReadOnlyList<GateSpec> WithOwnNames(IReadOnlyList<GateSpec> gates)
    {
        var shared = gates.GroupBy(gate => gate.Name).Where(group => group.Skip(1).Any()).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return shared.Count == 0 ? gates : [.. gates.Select(gate => shared.Contains(gate.Name) && gate.Name != gate.Command ? gate with { Description = $"{gate.Command}: {gate.Name}" } : gate)];
    }
}

/// <summary>What kind of check a gate is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateType>))]
public enum GateType
{
    [JsonStringEnumMemberName("custom")]
    Custom,

    [JsonStringEnumMemberName("test")]
    Test,

    [JsonStringEnumMemberName("typecheck")]
    TypeCheck,

    [JsonStringEnumMemberName("lint")]
    Lint,

    [JsonStringEnumMemberName("build")]
    Build,

    [JsonStringEnumMemberName("security")]
    Security,
}
