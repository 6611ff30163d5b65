namespace Orchestrator.Plans;

/// <summary>Number of tests that a gate ran, as far as it could be counted.</summary>
/// <param name="Ran">Number of tests that ran, with any result. Result files take precedence over the output.</param>
/// <param name="Skipped">Number of tests that exist but did not run.</param>
/// <param name="Printed">Number of tests that ran according to the output, or null if the output does not say.</param>
/// <param name="Files">Result files of the gate's run, relative to its directory.</param>
public sealed record TestCount(
    [property: JsonPropertyName("ran")] int Ran,
    [property: JsonPropertyName("skipped")] int Skipped,
    [property: JsonPropertyName("printed")] int? Printed,
    [property: JsonPropertyName("files")] IReadOnlyList<string> Files
)
{
    /// <summary>True if the gate's output reports a different number of tests than its result files.</summary>
    [JsonIgnore]
    public bool IsContradicted => Files.Count > 0 && Printed is not null && Printed != Ran;
}
