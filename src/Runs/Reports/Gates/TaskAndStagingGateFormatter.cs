namespace Orchestrator.Runs.Reports.Gates;

/// <summary>
/// Describes the gates that decide whether each task's work is accepted, and the gates that decide whether staging is accepted.
/// </summary>
public static class TaskAndStagingGateFormatter
{
    private const int MostIds = 8;

    /// <summary>
    /// Returns one line for staging, and one line for each group of tasks with the same gates. The lines contain untrusted text from the
    /// plan and the settings.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="gates">The gates of the project.</param>
    public static IReadOnlyList<string> Describe(Plan plan, ProjectGates gates)
    {
        var staging = gates.ExplainStaging(plan);
        return
        [
            staging.Count == 0
                ? "staging: only the gates of the merged tasks"
                : $"staging, after each merge: {FormatNames(staging)}, and the gates of the merged tasks",
            .. plan
                .Tasks.GroupBy(task => OfTask(gates.Explain(plan, task), staging.Count > 0), task => task.Id)
                .Select(group => $"{FileNameEncoding.List([.. group], MostIds)}: {group.Key}"),
        ];
    }

    private static string OfTask(IReadOnlyList<EffectiveGate> holding, bool hasStaging) =>
        (holding.Count, hasStaging) switch
        {
            (0, false) => "no gate checks it",
            (0, true) => "no gate of its own; only the gates of staging check it",
            (_, false) when holding.All(gate => gate.Source == GateDefinitionSourceKind.Task) =>
                $"only its own '{string.Join("', '", holding.Select(gate => gate.Gate.Command))}'",
            _ => FormatNames(holding),
        };

    private static string FormatNames(IReadOnlyList<EffectiveGate> holding) =>
        string.Join(
            ", ",
            holding.Select(gate => $"'{gate.Gate.Command}'{(gate.Gate.Required ? "" : " (advisory)")} {Origin(gate.Source)}")
        );

    private static string Origin(GateDefinitionSourceKind source) =>
        source switch
        {
            GateDefinitionSourceKind.Task => "(its own)",
            GateDefinitionSourceKind.Configuration => "(gates.task)",
            GateDefinitionSourceKind.Integration => "(gates.integration)",
            GateDefinitionSourceKind.Contracts => "(detected, for the contracts)",
            _ => "(detected)",
        };
}
