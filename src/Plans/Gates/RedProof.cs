namespace Orchestrator.Plans;

/// <summary>Reason why a task's tests prove nothing about its change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RedProofGap>))]
public enum RedProofGap
{
    /// <summary>No gap; the tests are conclusive.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The task changes only tests.</summary>
    [JsonStringEnumMemberName("no-product-change")]
    NoProductChange,

    /// <summary>The tests are in product source files.</summary>
    [JsonStringEnumMemberName("not-separable")]
    NotSeparable,

    /// <summary>No test gate could run without the change.</summary>
    [JsonStringEnumMemberName("could-not-run")]
    CouldNotRun,

    /// <summary>Tests failed without the change, but the runner does not name them.</summary>
    [JsonStringEnumMemberName("no-names")]
    NoNames,
}

/// <summary>Result of running a task's new and changed tests without its product change. Each test should fail.</summary>
/// <param name="Tests">Number of new and changed tests.</param>
/// <param name="Red">Number of tests that fail or do not compile, or null if unknown.</param>
/// <param name="Green">Names of at most 20 tests that pass without the change.</param>
/// <param name="Gap">Reason why the result is unknown.</param>
public sealed record RedProof(
    [property: JsonPropertyName("tests")] int Tests,
    [property: JsonPropertyName("red")] int? Red,
    [property: JsonPropertyName("green")] IReadOnlyList<string> Green,
    [property: JsonPropertyName("gap")] RedProofGap Gap = RedProofGap.None
)
{
    /// <summary>True if all tests pass without the change and therefore prove nothing about it.</summary>
    [JsonIgnore]
    public bool ProvesNothing => Red == 0;
}
