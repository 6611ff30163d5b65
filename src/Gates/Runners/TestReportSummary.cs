namespace Orchestrator.Gates.Runners;

/// <summary>Test counts and failures in the report files that a gate's run wrote.</summary>
/// <param name="Counted">Test counts.</param>
/// <param name="Failure">First failure, or null if there is none.</param>
/// <param name="Files">Report files, relative to the gate's directory.</param>
/// <param name="FailedTests">Names of failed tests.</param>
internal sealed record TestReportSummary(
    TestTally Counted,
    FailureExplainingLine? Failure,
    IReadOnlyList<string> Files,
    IReadOnlyList<string> FailedTests
);
