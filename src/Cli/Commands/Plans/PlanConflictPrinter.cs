namespace Orchestrator.Cli.Commands;

/// <summary>Prints the tasks of a plan that own the same file or resource and could run at the same time.</summary>
internal static class PlanConflictPrinter
{
    /// <summary>Prints the view and returns the exit code.</summary>
    public static UseCaseOutcome Show(Plan plan, bool json, CliCommandServiceBundle context)
    {
        var found = TaskOwnershipConflictResult.Of(plan);
        if (json)
        {
            context.Print(
                new ConflictsDocument(
                    found.Conflicts.Count,
                    found.IsTruncated,
                    [.. found.Conflicts.Select(Entry)],
                    [.. found.Warnings.Select(Entry)]
                ),
                DocumentJson.Default.ConflictsDocument
            );
        }
        foreach (var conflict in found.Conflicts)
        {
            context.Terminal.Show($"{conflict.Message} {conflict.Cure}");
        }
        foreach (var warning in found.Warnings)
        {
            context.Terminal.Warn(warning.Message);
        }
        context.Terminal.Show(
            found.Conflicts.Count switch
            {
                0 => "No conflicts.",
                1 => "1 conflict.",
                var count => $"{Plural.Of(count, "conflict")}{(found.IsTruncated ? " or more" : "")}.",
            }
        );
        return found.Conflicts.Count == 0 ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }

    private static ConflictEntry Entry(TaskOwnershipConflict conflict) =>
        new(
            conflict.Kind == FileOrResourceKind.File ? "file" : "resource",
            conflict.Path,
            conflict.Tasks,
            new(conflict.MissingEdge.Task, conflict.MissingEdge.DependsOn),
            conflict.Message
        );
}
