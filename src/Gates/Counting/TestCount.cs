namespace Orchestrator.Gates.Counting;

/// <summary>How many tests a gate ran, as far as known.</summary>
/// <param name="Ran">Tests that ran, with any result: result files take precedence over output.</param>
/// <param name="Skipped">Tests that exist and did not run.</param>
/// <param name="Printed">Tests that ran by the output; null: not countable.</param>
/// <param name="Files">Result files of the gate's run, relative to its directory.</param>
public sealed record TestCount(int Ran, int Skipped, int? Printed, IReadOnlyList<string> Files)
{
    private const int MostFiles = 3;

    /// <summary>A contradiction between the output and the result files, in a sentence's words; null: none.</summary>
    public string? Contradiction =>
        Files.Count > 0 && Printed is not null && Printed != Ran
            ? $"it printed {Printed} tests, {Names} {(Files.Count == 1 ? "says" : "say")} {Ran}"
            : null;

    /// <summary>As people read it.</summary>
    public override string ToString() => $"{Ran} {(Ran == 1 ? "test" : "tests")}{(Skipped > 0 ? $", {Skipped} skipped" : "")}";

    private string Names =>
        string.Join(", ", Files.Take(MostFiles)) + (Files.Count > MostFiles ? $" and {Files.Count - MostFiles} more" : "");
}
