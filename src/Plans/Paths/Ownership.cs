namespace Orchestrator.Plans;

/// <summary>Which paths a task may write: those of <c>files_write</c>, <c>files_append</c>, <c>patch_intents</c> and <c>notes_output</c>.
/// Used by the agent's hook before a write and by the check of the diff afterwards.</summary>
public sealed class Ownership
{
    private readonly PathPattern[] _patterns;

    private Ownership(bool ownsEverything, IEnumerable<string> patterns)
    {
        OwnsEverything = ownsEverything;
        _patterns = [.. patterns.Distinct(StringComparer.Ordinal).Select(PathPattern.Parse)];
    }

    /// <summary>The task may write in the whole repository, because the plan does not restrict it.</summary>
    public bool OwnsEverything { get; }

    /// <summary>The task may write nothing.</summary>
    public bool OwnsNothing => !OwnsEverything && _patterns.Length == 0;

    /// <summary>The patterns, normalised; empty when <see cref="OwnsEverything"/>.</summary>
    public IReadOnlyList<string> Patterns => OwnsEverything ? [] : [.. _patterns.Select(p => p.Text)];

    /// <summary>The paths that a task may write.</summary>
    public static Ownership Of(PlanTask task) => task.FilesWrite is null ? new Ownership(ownsEverything: true, []) : Of(PathsOf(task));

    /// <summary>The paths and globs that a task owns, as written in the plan.</summary>
    internal static IEnumerable<string> PathsOf(PlanTask task) =>
        (task.FilesWrite ?? []).Concat(task.FilesAppend).Concat(task.PatchIntents.Select(p => p.File)).Concat(task.NotesOutput);

    /// <summary>The paths that a list of paths and globs allows; null: all.</summary>
    public static Ownership Of(IEnumerable<string>? patterns) => new(patterns is null, patterns ?? []);

    /// <summary>True if the task may create, change or delete a path, given relative to the repository as git prints it.</summary>
    public bool Owns(string path) => OwnsEverything || Array.Exists(_patterns, p => p.Matches(path));
}
