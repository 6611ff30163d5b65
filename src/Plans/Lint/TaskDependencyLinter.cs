namespace Orchestrator.Plans;

/// <summary>Finds unnecessary dependencies between a plan's tasks, and plans whose tasks can only run one after another.</summary>
internal static class TaskDependencyLinter
{
    // A dependency can only be called needless if both tasks declare their files.
    public static IEnumerable<PlanLintAdvice> NeedlessDependencies(
        int index,
        PlanTask task,
        Dictionary<string, PlanTask> tasks,
        PathOverlapCheck paths
    )
    {
        if (task.DependsOn.Count == 0 || task.FilesWrite is null || task.FilesRead is null || task.NotesInput.Count > 0)
        {
            yield break;
        }
        for (var d = 0; d < task.DependsOn.Count; d++)
        {
            if (!tasks.TryGetValue(task.DependsOn[d], out var before) || before.FilesWrite is not { Count: > 0 })
            {
                continue;
            }
            var sharesResource =
                before.ResourcesWrite.Count > 0
                && before.ResourcesWrite.Intersect(task.ResourcesRead.Concat(task.ResourcesWrite), StringComparer.Ordinal).Any();
            if (!sharesResource && !paths.Overlap(task, before))
            {
                yield return new(
                    "needless-dependency",
                    index,
                    $"depends_on[{d}]",
                    $"Task '{task.Id}' waits for '{before.Id}', but uses none of its files.",
                    "Remove the dependency, or list the files that it needs in files_read."
                );
            }
        }
    }

    public static IEnumerable<PlanLintAdvice> Waves(Plan plan)
    {
        const int few = 3;
        // If two tasks have no dependencies, they share a wave, so the plan is not serial.
        var maybeSerial = plan.Tasks.Count > few && plan.Tasks.Count(t => t.DependsOn.Count == 0) < 2;
        if (maybeSerial && TaskGraph.Of(plan).Waves.Count == plan.Tasks.Count)
        {
            yield return new(
                "serial-plan",
                -1,
                "tasks",
                $"All {Plural.Of(plan.Tasks.Count, "task")} run one after another.",
                "Let tasks that touch different files start at the same time."
            );
        }
    }
}
