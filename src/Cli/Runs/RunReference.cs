using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>What people write to name a run or one of its tasks: <c>RUN</c> or <c>RUN/TASK</c>, each shortened as they like.</summary>
/// <param name="Run">The part that names the run; null: not given.</param>
/// <param name="Task">The part that names the task; null: the whole run.</param>
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
