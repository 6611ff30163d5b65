namespace Orchestrator.Plans;

/// <summary>A task that owns paths which always need approval (<c>always_require_human</c>).</summary>
/// <param name="Path">What it owns.</param>
/// <param name="Glob">The glob that covers it.</param>
public sealed record ProtectedPath(string TaskId, string Path, string Glob)
{
    /// <summary>All of them, in plan order. A task without declared files is not listed: its actual changes are checked afterwards
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
                if (Array.Find(patterns, p => p.Overlaps(owned)) is { } glob)
                {
                    found.Add(new ProtectedPath(task.Id, path, glob.Text));
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

    /// <summary>The glob that forbids a changed path to a task that had not declared it, so that no person was asked; null where none
    /// does.</summary>
    public static string? Covering(PlanTask task, string path, IEnumerable<string> globs) =>
        task.FilesWrite is not null ? null : globs.FirstOrDefault(glob => PathPattern.Parse(glob).Matches(path));
}
