namespace Orchestrator.App.Runs;

/// <summary>
/// A reference to a run or to one of its tasks, in the form <c>RUN</c> or <c>RUN/TASK</c>. Both parts may be abbreviated.
/// </summary>
/// <param name="Run">The part that refers to the run, or null if it is omitted.</param>
/// <param name="Task">The part that refers to the task, or null for the whole run.</param>
public sealed record RunReference(string? Run, string? Task)
{
    /// <summary>Parses text of the form <c>RUN</c> or <c>RUN/TASK</c>.</summary>
    public static RunReference Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new RunReference(null, null);
        }
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? new RunReference(text, null)
            : new RunReference(slash == 0 ? null : text[..slash], slash == text.Length - 1 ? null : text[(slash + 1)..]);
    }

    /// <summary>Returns the run that a command changes, with the reference to its task if the text contains one.</summary>
    /// <exception cref="UseCaseException">The text matches no run or several, or the run belongs to another place.</exception>
    public static (StoredRun Run, RunReference Reference) RequireOpen(LocalRepositoryPaths repository, string? text)
    {
        var reference = Parse(text);
        return IsOneWord(text, repository) && Find(text!, repository, ofOpen: true) is { } found
            ? (StoredRunFinder.RequireOriginalPath(repository, found.Run), found.Reference)
            : (StoredRunFinder.RequireOpen(repository, reference.Run, reference.Task is null), reference);
    }

    /// <summary>Returns the run that a command shows, with the reference to its task if the text contains one.</summary>
    /// <exception cref="UseCaseException">The text identifies no run or more than one.</exception>
    public static (StoredRun Run, RunReference Reference) Require(LocalRepositoryPaths repository, string? text)
    {
        var reference = Parse(text);
        return IsOneWord(text, repository) && Find(text!, repository, ofOpen: false) is { } found
            ? found
            : (StoredRunFinder.Require(repository, reference.Run, reference.Task is null), reference);
    }

    /// <summary>Returns the run that a command shows. The text must not refer to a task.</summary>
    /// <exception cref="UseCaseException">The text matches no run or several, or names a task.</exception>
    public static StoredRun RequireWhole(LocalRepositoryPaths repository, string? text) => RequireRun(Require(repository, text));

    /// <summary>Returns the run. Throws if the reference contains a task.</summary>
    /// <exception cref="UseCaseException">The reference contains a task.</exception>
    public static StoredRun RequireRun((StoredRun Run, RunReference Reference) found) =>
        found.Reference.Task is null
            ? found.Run
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"This command needs a run, but {found.Run.Id}/{found.Reference.Task} is a task.",
                $"Name the run: {found.Run.Id}."
            );

    // If the text is the name of a run's folder, no other run has to be read.
    private static bool IsOneWord(string? text, LocalRepositoryPaths repository) =>
        !string.IsNullOrEmpty(text)
        && !text.Contains('/', StringComparison.Ordinal)
        && !Directory.Exists(Path.Combine(repository.RunsFolder, text));

    /// <summary>
    /// Finds the task to which a single word refers, or returns null if the word identifies a run or nothing. Exact run ids match first,
    /// followed by exact task ids, abbreviated run ids, prefixes of task ids, and tasks of older runs. Tasks are searched in the open runs
    /// if <paramref name="ofOpen"/> is true, and otherwise in the default run.
    /// </summary>
    /// <returns>The run and the task, or null if the word refers to a run or matches nothing.</returns>
    private static (StoredRun Run, RunReference Reference)? Find(string text, LocalRepositoryPaths repository, bool ofOpen)
    {
        var all = StoredRunFinder.List(repository);
        if (all.Any(run => run.Id == text || run.Name == text))
        {
            return null;
        }
        string[] runs = [.. RunNameResolver.FindById(all, text).Select(run => run.Id)];
        var first =
            ofOpen ? StoredRunFinder.Open(repository, all)
            : StoredRunFinder.Default(repository, all) is { } meant ? [meant]
            : [];
        if (Having(first, text) is { Count: > 0 } having)
        {
            return One(having, runs, text);
        }
        if (runs.Length > 0)
        {
            return null;
        }
        var beginning = first
            .SelectMany(run => run.Status.Tasks.Select(task => task.Id).Where(id => Begins(id, text)).Select(id => (run, id)))
            .ToList();
        return beginning.Count > 0
            ? One([.. beginning.Select(found => (found.run, new RunReference(found.run.Id, found.id)))], [], text)
            : Having(all, text)
                .Select(found => ((StoredRun, RunReference)?)(RunRecordReconciler.Of(found.Item1, repository), found.Item2))
                .FirstOrDefault();
    }

    private static bool Begins(string id, string text) => id.StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private static List<(StoredRun Run, RunReference Reference)> Having(IEnumerable<StoredRun> runs, string task) =>
        [.. runs.Where(run => run.Status.Tasks.Any(t => t.Id == task)).Select(run => (run, new RunReference(run.Id, task)))];

    private static (StoredRun Run, RunReference Reference) One(
        List<(StoredRun Run, RunReference Reference)> found,
        IEnumerable<string> runs,
        string text
    )
    {
        string[] fitting = [.. found.Select(f => $"{f.Run.Id}/{f.Reference.Task}"), .. runs];
        return fitting.Length == 1
            ? found[0]
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{text}' could mean {string.Join(" or ", fitting.Take(10))}.",
                "Specify one of these runs."
            );
    }

    /// <summary>Returns the full id of the task. Returns null if the reference is to the whole run.</summary>
    /// <exception cref="UseCaseException">The run has no such task.</exception>
    public string? FindTask(RunStatus run) =>
        Task is null ? null : UniquePrefix.Find(Task, [.. run.Tasks.Select(task => task.Id)], $"task of {run.RunId}");

    /// <summary>Returns the full id of the task. Throws if the reference is to the whole run.</summary>
    /// <exception cref="UseCaseException">The reference contains no task, or the run has no such task.</exception>
    public string RequireTask(RunStatus run) =>
        FindTask(run)
        ?? throw new UseCaseException(
            UseCaseOutcome.Usage,
            "This command needs a task, but none was named.",
            $"Write RUN/TASK; the tasks are {string.Join(", ", run.Tasks.Take(10).Select(task => task.Id))}."
        );
}
