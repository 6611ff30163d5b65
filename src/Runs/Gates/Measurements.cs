namespace Orchestrator.Runs.Gates;

/// <summary>Puts what an agent says that it measured beside what we did.</summary>
internal static class Measurements
{
    /// <summary>The outcomes of a task's gates, those that measure with what its agent claims.</summary>
    public static IReadOnlyList<GateVerdict> WithClaims(IReadOnlyList<GateVerdict> outcomes, AgentClaim? claim) =>
        claim is null or { Measured.Count: 0 }
            ? outcomes
            :
            [
                .. outcomes.Select(o =>
                    o.Gate.IsMeasurement && claim.Measured.LastOrDefault(said => IsNamed(o, said.Name)) is { } said
                        ? o with
                        {
                            Claimed = said.Number,
                        }
                        : o
                ),
            ];

    /// <summary>Those that measure, for the run's record; null where none does.</summary>
    public static IReadOnlyList<TaskMeasurement>? Of(IReadOnlyList<GateVerdict> outcomes)
    {
        var measured = outcomes.Where(o => o.Gate.IsMeasurement).ToList();
        return measured.Count == 0
            ? null
            : [.. measured.Select(o => new TaskMeasurement(o.Gate.Name, $"{o.Gate.Expectation}", o.Measured, o.Claimed, o.Passed))];
    }

    /// <summary>Figures that the agent claims and that nobody measures, in a few words.</summary>
    public static IEnumerable<string> Unknown(IReadOnlyList<GateVerdict> outcomes, AgentClaim? claim) =>
        (claim?.Measured ?? [])
            .Where(said => !outcomes.Any(o => o.Gate.IsMeasurement && IsNamed(o, said.Name)))
            .Take(3)
            .Select(said =>
                $"its agent claims '{FileNames.Show(said.Name, 80)}' = {TaskMeasurement.Show(said.Number, "")}, which is not measured"
            );

    private static bool IsNamed(GateVerdict outcome, string name) =>
        string.Equals(outcome.Gate.Name, name.Trim(), StringComparison.OrdinalIgnoreCase);
}
