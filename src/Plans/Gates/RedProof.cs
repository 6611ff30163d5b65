namespace Orchestrator.Plans;

/// <summary>The reason why a task's tests say nothing about the product without its change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RedProofGap>))]
public enum RedProofGap
{
    /// <summary>None: they say something.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The task changes tests alone.</summary>
    [JsonStringEnumMemberName("no-product-change")]
    NoProductChange,

    /// <summary>The tests stand in files of the product.</summary>
    [JsonStringEnumMemberName("not-separable")]
    NotSeparable,

    /// <summary>No gate that tests could run without the change.</summary>
    [JsonStringEnumMemberName("could-not-run")]
    CouldNotRun,

    /// <summary>Tests failed without the change, and the runner names none.</summary>
    [JsonStringEnumMemberName("no-names")]
    NoNames,
}

/// <summary>The result of a task's new and changed tests on the product without its change: each should fail there.</summary>
/// <param name="Tests">How many new and changed tests.</param>
/// <param name="Red">How many of them fail, or do not compile; null: unknown.</param>
/// <param name="Green">Names of those that pass all the same, at most 20.</param>
/// <param name="Gap">Why it is unknown.</param>
public sealed record RedProof(
    [property: JsonPropertyName("tests")] int Tests,
    [property: JsonPropertyName("red")] int? Red,
    [property: JsonPropertyName("green")] IReadOnlyList<string> Green,
    [property: JsonPropertyName("gap")] RedProofGap Gap = RedProofGap.None
)
{
    /// <summary>True if all its tests pass without the change: they prove nothing of it.</summary>
    [JsonIgnore]
    public bool ProvesNothing => Red == 0;
}
