namespace Orchestrator.QualityGates.Counting;

/// <summary>How many tests a gate ran, as far as it can be told.</summary>
/// <param name="Ran">Tests that ran, whatever came of them: what result files say counts more than what was printed.</param>
/// <param name="Skipped">Tests that were there and did not run.</param>
/// <param name="Printed">Tests that ran by what was printed; null: nothing countable was.</param>
/// <param name="Files">Result files that the gate's run wrote, relative to where it ran.</param>
public sealed record TestCount(int Ran, int Skipped, int? Printed, IReadOnlyList<string> Files)
{
    private const int MostFiles = 3;

    /// <summary>What was printed and the gate's own result files do not say the same, in a sentence's words; null: they do.</summary>
    public string? Contradiction =>
        Files.Count > 0 && Printed is not null && Printed != Ran
            ? $"it printed {Printed} tests, {Names} {(Files.Count == 1 ? "says" : "say")} {Ran}"
            : null;

    /// <summary>As people read it.</summary>
    public override string ToString() => $"{Ran} {(Ran == 1 ? "test" : "tests")}{(Skipped > 0 ? $", {Skipped} skipped" : "")}";

    private string Names =>
        string.Join(", ", Files.Take(MostFiles)) + (Files.Count > MostFiles ? $" and {Files.Count - MostFiles} more" : "");
}
