namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Determines the status of a phase from the table. If the table has no status for the phase, uses the phase file.</summary>
internal static class PhaseStatus
{
    /// <summary>Returns the phase's status. An unknown status is reported as an error.</summary>
    public static PlanTaskStatus Of(MasterPlanPhase phase, FaultList faults)
    {
        var inTable = InlineMarkdownParser.Plain(phase.Row.Status?.Text ?? "");
        (var text, var file, var line) =
            inTable.Length > 0 ? (inTable, faults.File, phase.Row.Line)
            : phase.Content?.Status is (string own, int at) ? (InlineMarkdownParser.Plain(own), phase.File, at)
            : ("", "", 0);
        if (text.Length == 0)
        {
            return PlanTaskStatus.Pending;
        }
        if (TaskStatusParser.TryParse(text, out var status))
        {
            if (
                inTable.Length > 0
                && phase.Content?.Status is (string second, int secondLine)
                && IsCompleted(second) != (status == PlanTaskStatus.Completed)
            )
            {
                faults.Add(
                    PlanFault.Warning(
                        phase.File,
                        "status-differs",
                        $"The phase's file says '{InlineMarkdownParser.Plain(second)}', but the master plan says '{inTable}'.",
                        "Make the two states match. The state in the master plan is used.",
                        line: secondLine
                    )
                );
            }
            return status;
        }
        var near = NearestName.Of(text, TaskStatusParser.Known);
        faults.Add(
            PlanFault.Error(
                file,
                "unknown-status",
                $"The status '{text}' is unknown. If the phase is already done, its work would be paid for again.",
                near is null ? "Use Pending, In Progress, Completed, Blocked, Failed or Skipped." : $"Did you mean '{near}'?",
                $"phases.{phase.Row.Id}.status",
                line
            )
        );
        return status;
    }

    /// <summary>True if a status means that a phase is completed.</summary>
    public static bool IsCompleted(string? status) =>
        status is not null
        && TaskStatusParser.TryParse(InlineMarkdownParser.Plain(status), out var parsed)
        && parsed == PlanTaskStatus.Completed;
}
