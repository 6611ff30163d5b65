namespace Orchestrator.Plans;

/// <summary>Reason why it could not be shown that a task's tests fail without the task's change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InconclusiveNewTestsCause>))]
public enum InconclusiveNewTestsCause
{
    /// <summary>No cause, because the result is conclusive.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The task changes only tests, so there is no product change to leave out.</summary>
    [JsonStringEnumMemberName("no-product-change")]
    NoProductChange,

    /// <summary>The tests are in source files of the product and can't be separated from the change.</summary>
    [JsonStringEnumMemberName("not-separable")]
    NotSeparable,

    /// <summary>No test gate could run without the change.</summary>
    [JsonStringEnumMemberName("could-not-run")]
    CouldNotRun,

    /// <summary>Tests failed without the change, but the test runner does not print their names.</summary>
    [JsonStringEnumMemberName("no-names")]
    NoNames,
}

/// <summary>Result of running a task's new and changed tests without the task's change to the product. Each test should fail.</summary>
/// <param name="Tests">Number of new and changed tests.</param>
/// <param name="Red">Number of these tests that fail or do not compile, or null if unknown.</param>
/// <param name="Green">Names of up to 20 of these tests that pass without the change.</param>
/// <param name="Gap">Reason why the result is unknown.</param>
public sealed record NewTestsOnBaseProductResult(
    [property: JsonPropertyName("tests")] int Tests,
    [property: JsonPropertyName("red")] int? Red,
    [property: JsonPropertyName("green")] IReadOnlyList<string> Green,
    [property: JsonPropertyName("gap")] InconclusiveNewTestsCause Gap = InconclusiveNewTestsCause.None
)
{
    /// <summary>
    /// True if all of the task's new and changed tests pass without its change, and therefore prove nothing about the change.
    /// </summary>
    [JsonIgnore]
    public bool ProvesNothing => Red == 0;
}
