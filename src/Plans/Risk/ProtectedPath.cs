namespace Orchestrator.Plans;

/// <summary>A task that owns paths which always need approval (<c>always_require_human</c>).</summary>
/// <param name="Path">What it owns.</param>
/// <param name="Glob">The glob that covers it.</param>
public sealed record ProtectedPath(string TaskId, string Path, string Glob)
{
    /// <summary>All that a person is asked about before a run, in plan order. What a plan does not name is checked in the actual changes
    /// (<see cref="Covering"/>).</summary>
    public static IReadOnlyList<ProtectedPath> Of(Plan plan, IEnumerable<string> globs)
    {
        PathPattern[] patterns = [.. globs.Select(PathPattern.Parse)];
        var found = new List<ProtectedPath>();
        foreach (var task in plan.Tasks)
        {
            foreach (var path in Ownership.Of(task).Patterns)
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

    /// <summary>The glob that covers a requested file, or part of a folder; null where none does.</summary>
    public static string? Overlapping(string path, IEnumerable<string> globs)
    {
        var asked = PathPattern.Parse(path);
        return globs.FirstOrDefault(glob => PathPattern.Parse(glob).Overlaps(asked));
    }

    /// <summary>The glob that forbids a changed path to a task whose plan did not name it, so that no person was asked; null where none
    /// does.</summary>
    public static string? Covering(PlanTask task, string path, IEnumerable<string> globs)
    {
        PathPattern[]? owned = task.FilesWrite is null
            ? null
            : [.. Ownership.Of(task).Patterns.Select(PathPattern.Parse).Where(pattern => pattern.Matches(path))];
        return globs.FirstOrDefault(glob =>
            PathPattern.Parse(glob) is var pattern
            && pattern.Matches(path)
            && (owned is null || !Array.Exists(owned, own => Names(own, pattern)))
        );
    }

    // A glob of the built-in table is for any depth, so that each folder would overlap it: only what says its name is meant.
    private static bool Names(PathPattern owned, PathPattern glob) =>
        GuardedFiles.KeyOf(glob.Text) is not { } key || owned.Text.Split('/').Contains(key, StringComparer.Ordinal);

    private static bool IsAskedFor(PathPattern owned, PathPattern glob) =>
        owned.IsLiteral
        && GuardedFiles.AllowsNamed(glob.Text)
        && glob.Matches(owned.Text)
        && !(glob.Text.EndsWith("/**", StringComparison.Ordinal) && owned.Text.Split('/')[^1] == GuardedFiles.KeyOf(glob.Text));
}
