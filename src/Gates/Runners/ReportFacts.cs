namespace Orchestrator.Gates.Runners;

/// <summary>The content of the report files of a gate's run.</summary>
/// <param name="Counted">The tests.</param>
/// <param name="Failure">The first failure; null: none.</param>
/// <param name="Files">The files, relative to the gate's directory.</param>
/// <param name="FailedTests">Names of failed tests.</param>
internal sealed record ReportFacts(Tally Counted, DecisiveLine? Failure, IReadOnlyList<string> Files, IReadOnlyList<string> FailedTests);
