namespace Orchestrator.Plans;

/// <summary>A path inside a submodule that a task writes to.</summary>
/// <param name="TaskIndex">Index of the task in its plan.</param>
/// <param name="Field">The task's field, such as <c>files_write</c>.</param>
/// <param name="Message">Sentence that names the task, the path and the submodule.</param>
public sealed record SubmodulePath(int TaskIndex, string Field, string Message);

/// <summary>Finds tasks that write to submodules.</summary>
public static class SubmodulePaths
{
    /// <summary>Suggested fix if a task writes to a submodule.</summary>
    public const string Cure = "Start a run in a clone of the submodule's repository, or leave the file out of the plan.";

    /// <summary>
    /// Finds paths that tasks write and that match only files inside a submodule. Excludes patterns with wildcards that also match files
    /// elsewhere.
    /// </summary>
    /// <param name="plan">Plan to check. Null for a rejected plan, for which the result is empty.</param>
    /// <param name="submodules">Folders of submodules, relative to the root.</param>
    public static IReadOnlyList<SubmodulePath> Find(Plan? plan, IReadOnlyCollection<string> submodules) =>
        submodules.Count == 0
            ? []
            :
            [
                .. (plan?.Tasks ?? [])
                    .Index()
                    .SelectMany(entry =>
                        Written(entry.Item)
                            .Select(written =>
                                (entry.Index, entry.Item.Id, written.Field, written.Path, In: Holder(written.Path, submodules))
                            )
                    )
                    .Where(found => found.In is not null)
                    .Select(found => new SubmodulePath(
                        found.Index,
                        found.Field,
                        $"Task '{found.Id}' writes '{found.Path}', which lies in the submodule '{found.In}'. Its files belong to another "
                            + "repository, so this run can't merge them."
                    )),
            ];

    private static IEnumerable<(string Field, string Path)> Written(PlanTask task) =>
        (task.FilesWrite ?? []).Select(path => ("files_write", path)).Concat(task.FilesAppend.Select(path => ("files_append", path)));

    private static string? Holder(string path, IReadOnlyCollection<string> submodules)
    {
        var fixedPart = string.Join('/', path.Split('/').TakeWhile(part => part.IndexOfAny(['*', '?', '[', '{']) < 0)).TrimEnd('/');
        return submodules.FirstOrDefault(folder => fixedPart == folder || fixedPart.StartsWith(folder + "/", StringComparison.Ordinal));
    }
}
