namespace Orchestrator.Plans;

/// <summary>A path that a task owns and whose change always needs an approval (<c>always_require_human</c>).</summary>
/// <param name="TaskId">Id of the task.</param>
/// <param name="Path">Owned path as written in the plan.</param>
/// <param name="Glob">Glob that covers the path.</param>
public sealed record ProtectedPath(string TaskId, string Path, string Glob)
{
    /// <summary>
    /// Returns all owned paths that need an approval before a run, in plan order. Changes to paths that the plan does not name are checked
    /// after the work (<see cref="Covering"/>).
    /// </summary>
    public static IReadOnlyList<ProtectedPath> Of(Plan plan, IEnumerable<string> globs)
    {
        PathPattern[] patterns = [.. globs.Select(PathPattern.Parse)];
        var found = new List<ProtectedPath>();
        foreach (var task in plan.Tasks)
        {
            foreach (var path in TaskFileOwnership.Of(task).Patterns)
            {
                var owned = PathPattern.Parse(path);
                if (Array.Find(patterns, glob => Names(owned, glob) && glob.Overlaps(owned) && !IsAskedFor(owned, glob)) is { } guard)
                {
                    found.Add(new ProtectedPath(task.Id, path, guard.Text));
                }
            }
        }
        return found;
    }

    /// <summary>
    /// Returns the first glob that matches a requested file, or that can match a file in a requested folder. Null if there is none.
    /// </summary>
    public static string? Overlapping(string path, IEnumerable<string> globs)
    {
        var asked = PathPattern.Parse(path);
        return globs.FirstOrDefault(glob => PathPattern.Parse(glob).Overlaps(asked));
    }

    /// <summary>
    /// Returns the first glob that forbids a task's change to a path, because the task's <c>files_write</c> does not explicitly name that
    /// path. Null if there is none.
    /// </summary>
    public static string? Covering(PlanTask task, string path, IEnumerable<string> globs)
    {
        PathPattern[]? owned = task.FilesWrite is null
            ? null
            : [.. TaskFileOwnership.Of(task).Patterns.Select(PathPattern.Parse).Where(pattern => pattern.Matches(path))];
        return globs.FirstOrDefault(glob =>
            PathPattern.Parse(glob) is var pattern
            && pattern.Matches(path)
            && (owned is null || !Array.Exists(owned, own => Names(own, pattern)))
        );
    }

    // Built-in globs match at any depth, so they would overlap with every folder. Only a path that contains the glob's name counts.
    private static bool Names(PathPattern owned, PathPattern glob) =>
        ApprovalRequiredGlobTable.KeyOf(glob.Text) is not { } key || owned.Text.Split('/').Contains(key, StringComparer.Ordinal);

    private static bool IsAskedFor(PathPattern owned, PathPattern glob) =>
        owned.IsLiteral
        && ApprovalRequiredGlobTable.AllowsNamed(glob.Text)
        && glob.Matches(owned.Text)
        && !(
            glob.Text.EndsWith("/**", StringComparison.Ordinal) && owned.Text.Split('/')[^1] == ApprovalRequiredGlobTable.KeyOf(glob.Text)
        );
}
