namespace Orchestrator.Plans;

/// <summary>Finds files that a plan needs but no task creates, and paths that are relative to the plan's own folder by mistake.</summary>
/// <param name="exists">Returns true if the file or folder exists. The path is relative to the repository.</param>
/// <param name="readText">Returns the text of a file in the repository, or null if it does not exist.</param>
/// <param name="scripts">Returns the names of the scripts in the repository's <c>package.json</c>; empty if that file does not
/// exist.</param>
internal sealed class MissingPathLinter(
    Func<string, bool> exists,
    Func<string, string?> readText,
    Func<IReadOnlyCollection<string>> scripts
)
{
    private const string Manifest = "package.json";

    /// <summary>
    /// Finds required gates that can't pass, because their test or script does not exist and is not owned by the task or one of its
    /// dependencies.
    /// </summary>
    public IEnumerable<PlanLintAdvice> OfGates(Plan plan)
    {
        var tasks = plan.Tasks.DistinctBy(task => task.Id, StringComparer.Ordinal).ToDictionary(task => task.Id, StringComparer.Ordinal);
        for (var i = 0; i < plan.Tasks.Count; i++)
        {
            var task = plan.Tasks[i];
            if (task.Status is PlanTaskStatus.Completed or PlanTaskStatus.Skipped)
            {
                continue;
            }
            TaskFileOwnership[]? owners = null;
            for (var g = 0; g < task.Verification.Count; g++)
            {
                var gate = task.Verification[g];
                if (!gate.Required || gate.Negate)
                {
                    continue;
                }
                foreach (var (what, path) in Missing(GateCommandFileReferences.Of(gate.Command)))
                {
                    owners ??= [.. Before(task, tasks).Select(TaskFileOwnership.Of)];
                    if (!Array.Exists(owners, owner => owner.Owns(path)) && !plan.Contracts.Any(contract => contract.FilePath == path))
                    {
                        yield return new(
                            "gate-cannot-pass",
                            i,
                            $"verification[{g}]",
                            $"The gate '{gate.Command}' of task '{task.Id}' names {what}, which does not exist, and "
                                + "neither the task nor any of its dependencies may write it.",
                            $"Add '{path}' to the files_write of the task that creates it, or name an existing file."
                        );
                    }
                }
            }
        }
    }

    /// <summary>Finds paths that exist only inside the plan's folder, although paths must be relative to the repository.</summary>
    /// <param name="plan">Plan to check.</param>
    /// <param name="folder">The plan's folder, relative to the repository; empty for the root.</param>
    public IEnumerable<PlanLintAdvice> OfFolder(Plan plan, string folder)
    {
        if (folder.Length == 0)
        {
            yield break;
        }
        var named = plan.Tasks.SelectMany(TaskFileOwnership.PathsOf).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < plan.Tasks.Count; i++)
        {
            foreach (var path in plan.Tasks[i].FilesWrite ?? [])
            {
                var start = string.Join('/', path.Split('/').TakeWhile(part => !part.AsSpan().ContainsAny("*?[{")));
                if (start.Length > 0 && !exists(start) && exists($"{folder}/{start}") && !named.Contains($"{folder}/{path}"))
                {
                    yield return new(
                        "path-of-plan-folder",
                        i,
                        "files_write",
                        $"Task '{plan.Tasks[i].Id}' owns '{path}', which does not exist; '{folder}/{start}' does.",
                        $"Write '{folder}/{path}': paths are relative to the repository, not to the plan."
                    );
                }
            }
        }
    }

    private IEnumerable<(string What, string Path)> Missing(GateCommandFileReferences targets) =>
        targets
            .Files.Where(file => !exists(file) && Ecosystems.OutputBesideIn(file, IsBeside) is null)
            .Select(file => ($"'{file}'", file))
            .Concat(
                targets
                    .Scripts.Where(script => !scripts().Contains(script))
                    .Select(script => ($"the script '{script}' of {Manifest}", Manifest))
            );

    private bool IsBeside(string folder, EcosystemOutputFolder output)
    {
        string PathOf(string name) => folder.Length == 0 ? name : $"{folder}/{name}";
        return output.IsMadeBy(output.Files.Where(name => exists(PathOf(name))), name => readText(PathOf(name)));
    }

    private static HashSet<PlanTask> Before(PlanTask task, Dictionary<string, PlanTask> tasks)
    {
        var before = new HashSet<PlanTask>(ReferenceEqualityComparer.Instance) { task };
        var open = new Stack<PlanTask>(before);
        while (open.TryPop(out var next))
        {
            foreach (var id in next.DependsOn)
            {
                if (tasks.TryGetValue(id, out var other) && before.Add(other))
                {
                    open.Push(other);
                }
            }
        }
        return before;
    }
}
