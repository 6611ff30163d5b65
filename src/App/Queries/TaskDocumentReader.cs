using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>Reads everything that a run's folder contains about a task.</summary>
public static class TaskDocumentReader
{
    /// <summary>Reads the details of a task.</summary>
    /// <param name="run">The run, in its current state.</param>
    /// <param name="id">Full id of the task.</param>
    public static TaskDocument Of(StoredRun run, string id)
    {
        var kept = Path.Combine(run.Folder, "tasks", id, "kept.md");
        return new TaskDocument(
            run.Id,
            run.Status.Tasks.First(task => task.Id == id),
            [.. EventFile.ReadLines(run.EventsFile).Select(EventFile.Parse).Where(happened => happened.Task == id)],
            AttemptLanguageModelReader.Of(run.Folder, id),
            File.Exists(kept) ? File.ReadAllLines(kept) : [],
            [.. RunEventTimeline.ReadMail(run.Folder).Where(message => message.Involves(id))]
        );
    }
}
