namespace Orchestrator.Plans;

/// <summary>The number of tests that a gate ran, as far as known.</summary>
/// <param name="Ran">Tests that ran, with any result: result files take precedence over output.</param>
/// <param name="Skipped">Tests that exist and did not run.</param>
/// <param name="Printed">Tests that ran by the output; null: not countable.</param>
/// <param name="Files">Result files of the gate's run, relative to its directory.</param>
public sealed record TestCount(
    [property: JsonPropertyName("ran")] int Ran,
    [property: JsonPropertyName("skipped")] int Skipped,
    [property: JsonPropertyName("printed")] int? Printed,
    [property: JsonPropertyName("files")] IReadOnlyList<string> Files
)
{
    /// <summary>True if the output says another number than the result files.</summary>
    [JsonIgnore]
    public bool IsContradicted => Files.Count > 0 && Printed is not null && Printed != Ran;
}
