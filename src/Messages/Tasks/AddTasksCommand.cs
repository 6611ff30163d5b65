using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A task in words.</summary>
/// <param name="Id">Unique in the run; see <see cref="Plans.TaskId"/>.</param>
/// <param name="Text">All that its agent is asked to do.</param>
public sealed record TaskText([property: Identifier] string Id, [property: StringLength(100_000, MinimumLength = 1)] string Text);

/// <summary>Adds tasks to a run that is at work. A task whose id the run has already is not added again.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"tasks":[{"id":"fix-login","text":"Fix the login page"}],"by":"kim@laptop"}""")]
public sealed record AddTasksCommand(IReadOnlyList<TaskText> Tasks, string By = "");

/// <summary>Asks for tasks in words to be added to a stored plan.</summary>
/// <param name="Tasks">The tasks, which the plan does not have yet.</param>
public sealed record AddTasksInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<TaskText> Tasks
);
