using Orchestrator.Cli.Options;
using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>A reference to a run or one of its tasks: <c>RUN</c> or <c>RUN/TASK</c>, each possibly shortened.</summary>
/// <param name="Run">The part for the run; null: not given.</param>
/// <param name="Task">The part for the task; null: the whole run.</param>
internal sealed record RunReference(string? Run, string? Task)
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

    /// <summary>The run to change, and its task: a task's id alone is enough if it is in one open run only.</summary>
    /// <exception cref="CommandException">Nothing matches, or more than one; or the run belongs to another place.</exception>
    public static (StoredRun Run, RunReference Reference) RequireOpen(RepositoryLocation repository, string? text)
    {
        var reference = Parse(text);
        var all = ReadIfNotNamed(repository, text);
        return all is not null && OfTaskAlone(text!, all, StoredRuns.Open(repository, all)) is { } found
            ? (StoredRuns.DemandHome(repository, found), new RunReference(found.Id, text))
            : (StoredRuns.RequireOpen(repository, reference.Run, all), reference);
    }

    /// <summary>The run to show, and its task: a task's id alone is enough if no run's id begins so.</summary>
    /// <exception cref="CommandException">Nothing matches, or more than one.</exception>
    public static (StoredRun Run, RunReference Reference) Require(RepositoryLocation repository, string? text)
    {
        var reference = Parse(text);
        var all = ReadIfNotNamed(repository, text);
        return all is not null && OfTaskAlone(text!, all, all.Take(1).Select(run => NewestExecution.Of(run, repository))) is { } found
            ? (found, new RunReference(found.Id, text))
            : (StoredRuns.Require(repository, reference.Run, all), reference);
    }

    /// <summary>The records of all runs, if the text may be a task's id; null: it is no id alone, or a run's folder.</summary>
    private static IReadOnlyList<StoredRun>? ReadIfNotNamed(RepositoryLocation repository, string? text) =>
        string.IsNullOrEmpty(text)
        || text.Contains('/', StringComparison.Ordinal)
        || Directory.Exists(Path.Combine(repository.RunsFolder, text))
            ? null
            : StoredRuns.List(repository);

    private static StoredRun? OfTaskAlone(string text, IReadOnlyList<StoredRun> all, IEnumerable<StoredRun> among)
    {
        if (all.Any(run => run.Id == text))
        {
            return null;
        }
        var having = among.Where(run => run.Status.Tasks.Any(task => task.Id == text)).ToList();
        string[] fitting =
        [
            .. having.Select(run => $"{run.Id}/{text}"),
            .. all.Select(run => run.Id).Where(id => id.StartsWith(text, StringComparison.OrdinalIgnoreCase)),
        ];
        return having.Count == 0 ? null
            : fitting.Length == 1 ? having[0]
            : throw new CommandException(
                ExitCodes.Usage,
                $"'{text}' may be {string.Join(" or ", fitting.Take(10))}.",
                "Write which of them."
            );
    }

    /// <summary>The task's whole id, or null for the whole run.</summary>
    /// <exception cref="CommandException">The run has no such task.</exception>
    public string? FindTask(RunStatus run) =>
        Task is null ? null : UniquePrefix.Find(Task, [.. run.Tasks.Select(task => task.Id)], $"task of {run.RunId}");

    /// <summary>The task's whole id.</summary>
    /// <exception cref="CommandException">None is named, or the run has no such task.</exception>
    public string RequireTask(RunStatus run) =>
        FindTask(run)
        ?? throw new CommandException(
            ExitCodes.Usage,
            "A task is needed.",
            $"Write RUN/TASK; the tasks are {string.Join(", ", run.Tasks.Take(10).Select(task => task.Id))}."
        );
}
