using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Planning;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Reasons to reject a run that follow from its plan, its settings and its checkout alone. They are checked by preflight, and by
/// every command that announces a run, such as a rehearsal, a dry run or a schedule.</summary>
public static class RunRefusals
{
    /// <summary>Finds the reasons without starting or changing anything.</summary>
    /// <param name="plan">The plan, or null if a planner will create it.</param>
    /// <param name="input">The input of the run.</param>
    /// <param name="settings">The settings of the run, without errors.</param>
    /// <param name="repository">The repository.</param>
    /// <returns>The reasons as sentences with their remedies; empty if the run may start.</returns>
    public static IReadOnlyList<string> Of(Plan? plan, OrchestrationInput input, SettingsResult settings, RepositoryReference repository) =>
        plan is null
            ? [.. PaidAgents.FaultsBeforePlanning(settings.Settings!, input.PlanOnly)]
            : Of(new RunFiles(new RunFolder(repository.Path, "new"), plan, RunStart.Of(input, settings, repository)));

    /// <summary>Finds the reasons for a run.</summary>
    /// <param name="files">Plan and start settings of the run.</param>
    public static IReadOnlyList<string> Of(RunFiles files) =>
        [
            .. TaskOutlines.FaultsOf(files, TaskOutlines.OutlineOf(files).Faults),
            .. SameButForCase(files.Plan),
            .. MoneyBudgetCheck.Faults(files.Settings, PaidAgents.Of(files.Settings, files.Plan.Tasks)),
            .. LinksOutside(files.Plan, files.WorkTree),
        ];

    /// <summary>Finds task ids that differ only in case, because some file systems would treat their branches and folders as the
    /// same.</summary>
    private static IEnumerable<string> SameButForCase(Plan plan) =>
        plan
            .Tasks.GroupBy(t => t.Id, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1)
            .Select(same =>
                $"The tasks {string.Join(", ", same.Select(t => t.Id))} differ only in case; their branches and folders would be one "
                + "on some disks. Rename one."
            );

    /// <summary>Finds written paths that would leave the repository through a symbolic link.</summary>
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
                            + $"'{Path.GetRelativePath(root, at)}' -> '{target}'. Own a path inside.";
                    }
                    break;
                }
            }
        }
    }
}
