namespace Orchestrator.Plans;

/// <summary>
/// Paths that a task may write, as listed in its <c>files_write</c>, <c>files_append</c>, <c>patch_intents</c> and <c>notes_output</c>. The
/// agent's hook checks them before each write, and the final diff is checked against them again.
/// </summary>
public sealed class TaskFileOwnership
{
    private readonly PathPattern[] _patterns;

    private TaskFileOwnership(bool ownsEverything, IEnumerable<string> patterns)
    {
        OwnsEverything = ownsEverything;
        _patterns = [.. patterns.Distinct(StringComparer.Ordinal).Select(PathPattern.Parse)];
    }

    /// <summary>True if the plan does not restrict the task, so that it may write the whole repository.</summary>
    public bool OwnsEverything { get; }

    /// <summary>True if the task must not write any file.</summary>
    public bool OwnsNothing => !OwnsEverything && _patterns.Length == 0;

    /// <summary>Normalized patterns; empty if <see cref="OwnsEverything"/> is true.</summary>
    public IReadOnlyList<string> Patterns => OwnsEverything ? [] : [.. _patterns.Select(p => p.Text)];

    /// <summary>Returns the paths that a task may write.</summary>
    public static TaskFileOwnership Of(PlanTask task) =>
        task.FilesWrite is null ? new TaskFileOwnership(ownsEverything: true, []) : Of(PathsOf(task));

    /// <summary>Returns the paths and globs that a task owns, as written in its plan.</summary>
    internal static IEnumerable<string> PathsOf(PlanTask task) =>
        (task.FilesWrite ?? []).Concat(task.FilesAppend).Concat(task.PatchIntents.Select(p => p.File)).Concat(task.NotesOutput);

    /// <summary>
    /// Creates the set of paths that a task may write from a list of paths and globs. Null stands for the whole repository.
    /// </summary>
    public static TaskFileOwnership Of(IEnumerable<string>? patterns) => new(patterns is null, patterns ?? []);

    /// <summary>True if the task may create, change or delete a path. The path is relative to the repository, as printed by git.</summary>
    public bool Owns(string path) => OwnsEverything || Array.Exists(_patterns, p => p.Matches(path));
}
