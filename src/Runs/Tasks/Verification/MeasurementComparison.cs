using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks;

/// <summary>Compares the values that an agent claims with those that the gates measured.</summary>
internal static class MeasurementComparison
{
    /// <summary>Returns the gate verdicts of a task, with the agent's claimed values added to the measurements.</summary>
    public static IReadOnlyList<GateVerdict> WithClaims(IReadOnlyList<GateVerdict> outcomes, AgentOutcomeClaim? claim) =>
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

    /// <summary>
    /// Returns the measurements in the gate verdicts, in the form that the run's history stores, or null if there are none.
    /// </summary>
    public static IReadOnlyList<TaskMeasurement>? Of(IReadOnlyList<GateVerdict> outcomes)
    {
        var measured = outcomes.Where(o => o.Gate.IsMeasurement).ToList();
        return measured.Count == 0
            ? null
            : [.. measured.Select(o => new TaskMeasurement(o.Gate.Name, $"{o.Gate.Expectation}", o.Measured, o.Claimed, o.Passed))];
    }

    /// <summary>Returns a short note for each of the first three claimed values that no gate measures.</summary>
    public static IEnumerable<string> Unknown(IReadOnlyList<GateVerdict> outcomes, AgentOutcomeClaim? claim) =>
        (claim?.Measured ?? [])
            .Where(said => !outcomes.Any(o => o.Gate.IsMeasurement && IsNamed(o, said.Name)))
            .Take(3)
            .Select(said =>
                $"its agent claims '{FileNameEncoding.Show(said.Name, 80)}' = {TaskMeasurement.Show(said.Number, "")}, which is not "
                + "measured"
            );

    private static bool IsNamed(GateVerdict outcome, string name) =>
        string.Equals(outcome.Gate.Name, name.Trim(), StringComparison.OrdinalIgnoreCase);
}
