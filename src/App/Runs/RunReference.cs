using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.App.Runs;

/// <summary>A reference to a run or one of its tasks: <c>RUN</c> or <c>RUN/TASK</c>, each possibly shortened.</summary>
/// <param name="Run">The part for the run; null: not given.</param>
/// <param name="Task">The part for the task; null: the whole run.</param>
public sealed record RunReference(string? Run, string? Task)
{
    /// <summary>Splits what was written.</summary>
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

    /// <summary>The run to change, and its task where one is named.</summary>
    /// <exception cref="UseCaseException">Nothing matches, or more than one; or the run belongs to another place.</exception>
    public static (StoredRun Run, RunReference Reference) RequireOpen(RepositoryLocation repository, string? text)
    {
        var reference = Parse(text);
        return IsOneWord(text, repository) && Find(text!, repository, ofOpen: true) is { } found
            ? (StoredRuns.DemandHome(repository, found.Run), found.Reference)
            : (StoredRuns.RequireOpen(repository, reference.Run, reference.Task is null), reference);
    }

    /// <summary>The run to show, and its task where one is named.</summary>
    /// <exception cref="UseCaseException">Nothing matches, or more than one.</exception>
    public static (StoredRun Run, RunReference Reference) Require(RepositoryLocation repository, string? text)
    {
        var reference = Parse(text);
        return IsOneWord(text, repository) && Find(text!, repository, ofOpen: false) is { } found
            ? found
            : (StoredRuns.Require(repository, reference.Run, reference.Task is null), reference);
    }

    /// <summary>The run to show, where no task may be named.</summary>
    /// <exception cref="UseCaseException">Nothing matches, or more than one, or a task was named.</exception>
    public static StoredRun RequireWhole(RepositoryLocation repository, string? text) => Whole(Require(repository, text));

    /// <summary>The run of a reference to a whole run.</summary>
    /// <exception cref="UseCaseException">A task was named.</exception>
    public static StoredRun Whole((StoredRun Run, RunReference Reference) found) =>
        found.Reference.Task is null
            ? found.Run
            : throw new UseCaseException(
                Outcome.Usage,
                $"This is about a whole run, and {found.Run.Id}/{found.Reference.Task} is a task.",
                $"Name the run: {found.Run.Id}."
            );

    // A run's folder is found without reading the other runs.
    private static bool IsOneWord(string? text, RepositoryLocation repository) =>
        !string.IsNullOrEmpty(text)
        && !text.Contains('/', StringComparison.Ordinal)
        && !Directory.Exists(Path.Combine(repository.RunsFolder, text));

    /// <summary>The run or the task that one word names: a run by its id, or a task: of an open run (to be changed), of the run that is
    /// meant where none is named, or of an older one. A word of a run's title is tried last, by <see cref="RunNames"/>.</summary>
    /// <returns>Null: it is a run's, or nobody's.</returns>
    private static (StoredRun Run, RunReference Reference)? Find(string text, RepositoryLocation repository, bool ofOpen)
    {
        var all = StoredRuns.List(repository);
        if (all.Any(run => run.Id == text || run.Name == text))
        {
            return null;
        }
        string[] runs = [.. RunNames.FindById(all, text).Select(run => run.Id)];
        var first =
            ofOpen ? StoredRuns.Open(repository, all)
            : StoredRuns.Default(repository, all) is { } meant ? [meant]
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
                .Select(found => ((StoredRun, RunReference)?)(NewestExecution.Of(found.Item1, repository), found.Item2))
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
                Outcome.Usage,
                $"'{text}' may be {string.Join(" or ", fitting.Take(10))}.",
                "Write which of them."
            );
    }

    /// <summary>The task's whole id, or null for the whole run.</summary>
    /// <exception cref="UseCaseException">The run has no such task.</exception>
    public string? FindTask(RunStatus run) =>
        Task is null ? null : UniquePrefix.Find(Task, [.. run.Tasks.Select(task => task.Id)], $"task of {run.RunId}");

    /// <summary>The task's whole id.</summary>
    /// <exception cref="UseCaseException">None is named, or the run has no such task.</exception>
    public string RequireTask(RunStatus run) =>
        FindTask(run)
        ?? throw new UseCaseException(
            Outcome.Usage,
            "A task is needed.",
            $"Write RUN/TASK; the tasks are {string.Join(", ", run.Tasks.Take(10).Select(task => task.Id))}."
        );
}
