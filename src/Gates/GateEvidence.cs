namespace Orchestrator.Gates;

/// <summary>What passing gates prove about a task's work, and what they don't.</summary>
public static class GateEvidence
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ".md",
        ".txt",
        ".rst",
        ".adoc",
        ".png",
        ".svg",
        ".jpg",
    };

    /// <summary>A note when only linters checked work that changes a program's behaviour; null: other gates did, or only documents and
    /// images changed.</summary>
    /// <param name="outcomes">The task's gates.</param>
    /// <param name="changed">What it changed.</param>
    public static string? LintAlone(IReadOnlyList<GateVerdict> outcomes, IReadOnlyList<string> changed)
    {
        var shown = outcomes.Where(o => o.Result == GateResult.Passed).ToList();
        return
            shown.Count > 0 && shown.All(o => o.Gate.Type == GateType.Lint) && changed.Any(file => !Words.Contains(Path.GetExtension(file)))
            ? "not verified: only linters passed, which show nothing of what it does"
            : null;
    }
}
