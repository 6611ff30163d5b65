using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Planning;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>
/// Finds the reasons to reject a run that can be determined from its plan, its settings and its checkout alone. Used by preflight, and by
/// commands that simulate or schedule a run.
/// </summary>
public static class RunRefusalFinder
{
    /// <summary>Finds the reasons to reject a run that has not started. Nothing is changed.</summary>
    /// <param name="plan">The plan, or null if a planner will create it.</param>
    /// <param name="input">The input of the run.</param>
    /// <param name="settings">The settings of the run, without errors.</param>
    /// <param name="repository">The repository.</param>
    /// <returns>One sentence with a remedy for each reason. Empty if the run may start.</returns>
    public static IReadOnlyList<string> Of(
        Plan? plan,
        OrchestrationInput input,
        SettingsLoadResult settings,
        RepositoryReference repository
    ) =>
        plan is null
            ? [.. BillableAgentFinder.FaultsBeforePlanning(settings.Settings!, input.PlanOnly)]
            : Of(new RunPlanAndSettings(new RunFolder(repository.Path, "new"), plan, RunStartSettings.Of(input, settings, repository)));

    /// <summary>Finds the reasons to reject a run whose files have been stored.</summary>
    /// <param name="files">The plan and start settings of the run.</param>
    public static IReadOnlyList<string> Of(RunPlanAndSettings files) =>
        [
            .. TaskOutlineExtractor.FaultsOf(files, TaskOutlineExtractor.OutlineOf(files).Faults),
            .. SameButForCase(files.Plan),
            .. MoneyBudgetChecker.Faults(files.Settings, BillableAgentFinder.Of(files.Settings, files.Plan.Tasks)),
            .. LinksOutside(files.Plan, files.WorkTree),
        ];

    /// <summary>
    /// Finds task ids that differ only in upper and lower case. Some file systems would use the same branch and folder for both.
    /// </summary>
    private static IEnumerable<string> SameButForCase(Plan plan) =>
        plan
            .Tasks.GroupBy(t => t.Id, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1)
            .Select(same =>
                $"The ids of the tasks {string.Join(", ", same.Select(t => t.Id))} differ only in letter case, so on some disks, their "
                + "branches and folders would be the same. Rename one of the tasks."
            );

    /// <summary>Finds paths that tasks may write but that lead outside the repository through a symbolic link.</summary>
    private static IEnumerable<string> LinksOutside(Plan plan, string root)
    {
        foreach (var task in plan.Tasks)
        {
            foreach (var path in (task.FilesWrite ?? []).Concat(task.FilesAppend).Distinct(StringComparer.Ordinal))
            {
                var at = root;
                foreach (
                    var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).TakeWhile(p => p.IndexOfAny(['*', '?', '[']) < 0)
                )
                {
                    at = Path.Combine(at, part);
                    if (new FileInfo(at).LinkTarget is not { } target)
                    {
                        continue;
                    }
                    var full = Path.GetFullPath(target, Path.GetDirectoryName(at)!);
                    if (full != root && !full.StartsWith(root + "/", StringComparison.Ordinal))
                    {
                        yield return $"Task {task.Id} owns '{path}', which leads out of the repository through the symbolic link "
                            + $"'{Path.GetRelativePath(root, at)}' -> '{target}'. Use a path inside the repository.";
                    }
                    break;
                }
            }
        }
    }
}
