using System.Globalization;

namespace Orchestrator.App.Queries;

/// <summary>The log folder of one agent run of a task.</summary>
/// <param name="Task">Full id of the task.</param>
/// <param name="Number">Number of the agent run within its task, starting at 1.</param>
/// <param name="Path">Absolute path of the folder.</param>
public sealed record AgentLogFolder(string Task, int Number, string Path)
{
    /// <summary>Returns the log folder of an agent run. If no number is given, returns the folder of the task's last agent run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reference">The task. If it refers to the whole run, the task whose agent started last is selected.</param>
    /// <param name="start">Number of the agent run, or null for the last one.</param>
    /// <exception cref="UseCaseException">The task has no agent run with this number.</exception>
    public static AgentLogFolder Require(StoredRun run, RunReference reference, int? start)
    {
        var id = reference.FindTask(run.Status) ?? Latest(run);
        var task = System.IO.Path.Combine(run.Folder, "tasks", id);
        var last = AgentActionReader.LastStart(task);
        var folder = start is { } number ? System.IO.Path.Combine(task, number.ToString(CultureInfo.InvariantCulture)) : last;
        if (folder is not null && Directory.Exists(folder))
        {
            return new AgentLogFolder(id, int.Parse(System.IO.Path.GetFileName(folder), CultureInfo.InvariantCulture), folder);
        }
        throw folder is not null && last is not null
            ? new UseCaseException(
                UseCaseOutcome.Usage,
                $"{id} has no agent start {start}.",
                $"The last agent start is {System.IO.Path.GetFileName(last)}."
            )
            : new UseCaseException(UseCaseOutcome.Usage, $"No agent of {id} has started yet.", $"See 'orchestrate show {run.Id}/{id}'.");
    }

    private static string Latest(StoredRun run) =>
        run.Status.Tasks.Where(task => task.Starts > 0).MaxBy(task => (task.EndedAt is null, task.StartedAt))?.Id
        ?? throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"No agent of {run.Id} has started yet.",
            $"See 'orchestrate status {run.Id}'."
        );
}
