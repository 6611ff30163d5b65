namespace Orchestrator.Plans;

/// <summary>The paths that a task may write: <c>files_write</c>, <c>files_append</c>, <c>patch_intents</c> and <c>notes_output</c>. Used
/// by the agent's hook before each write and by the check of the diff afterwards.</summary>
public sealed class Ownership
{
    private readonly PathPattern[] _patterns;

    private Ownership(bool ownsEverything, IEnumerable<string> patterns)
    {
        OwnsEverything = ownsEverything;
        _patterns = [.. patterns.Distinct(StringComparer.Ordinal).Select(PathPattern.Parse)];
    }

    /// <summary>True if the task may write the whole repository because the plan does not restrict it.</summary>
    public bool OwnsEverything { get; }

    /// <summary>True if the task may write nothing.</summary>
    public bool OwnsNothing => !OwnsEverything && _patterns.Length == 0;

    /// <summary>Normalized patterns; empty if <see cref="OwnsEverything"/>.</summary>
    public IReadOnlyList<string> Patterns => OwnsEverything ? [] : [.. _patterns.Select(p => p.Text)];

    /// <summary>Returns the paths that a task may write.</summary>
    public static Ownership Of(PlanTask task) => task.FilesWrite is null ? new Ownership(ownsEverything: true, []) : Of(PathsOf(task));

    /// <summary>Returns the paths and globs that a task owns, as written in the plan.</summary>
    internal static IEnumerable<string> PathsOf(PlanTask task) =>
        (task.FilesWrite ?? []).Concat(task.FilesAppend).Concat(task.PatchIntents.Select(p => p.File)).Concat(task.NotesOutput);

    /// <summary>Creates the ownership for a list of paths and globs, or for the whole repository if it is null.</summary>
    public static Ownership Of(IEnumerable<string>? patterns) => new(patterns is null, patterns ?? []);

    /// <summary>True if the task may create, change or delete a path, given relative to the repository as git prints it.</summary>
    public bool Owns(string path) => OwnsEverything || Array.Exists(_patterns, p => p.Matches(path));
}
