using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A new task, described in plain text.</summary>
/// <param name="Id">Id, unique within the run and valid according to <see cref="Plans.TaskId"/>.</param>
/// <param name="Text">Complete instructions for the task's agent.</param>
public sealed record NewTaskDescription(
    [property: ValidTemporalIdentifier] string Id,
    [property: StringLength(100_000, MinimumLength = 1)] string Text
);

/// <summary>Command to add tasks to a run in progress. A task whose id already exists in the run is skipped.</summary>
/// <param name="Tasks">Tasks to add.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"tasks":[{"id":"fix-login","text":"Fix the login page"}],"by":"kim@laptop"}""")]
public sealed record AddTasksArguments(IReadOnlyList<NewTaskDescription> Tasks, string By = "") : SteeringUpdateArguments;

/// <summary>Request to add tasks, described in plain text, to a stored plan.</summary>
/// <param name="Tasks">Tasks to add. None of them is in the plan yet.</param>
public sealed record AddTasksInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<NewTaskDescription> Tasks
);
