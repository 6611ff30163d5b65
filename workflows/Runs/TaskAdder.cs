using Orchestrator.Plans;

namespace Orchestrator.Workflows.Runs;

/// <summary>Adds tasks to a run in progress at a user's request.</summary>
internal sealed class TaskAdder(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;

    private bool TakesTasks => _state.Run.State is RunStateNames.Executing or RunStateNames.Escalated && !_state.IsCancelled;

    /// <summary>Returns the reason why a command is refused, as a sentence, or null if the command is valid.</summary>
    public string? Refuse(AddTasksArguments command) =>
        command.Tasks.Count == 0 ? "'tasks' is empty. List the tasks to add, each with an id and a text."
        : AdhocPlan.Fault([.. command.Tasks.Select(task => task.Text)]) is { } fault ? fault
        : command.Tasks.Select(task => TaskId.Fault(task.Id)).FirstOrDefault(fault => fault is not null) is { } unusable
            ? $"The id of a task {unusable}."
        : command.Tasks.DistinctBy(task => task.Id, StringComparer.OrdinalIgnoreCase).Count() < command.Tasks.Count
            ? "Two of the added tasks have the same id."
        : !TakesTasks
            ? $"{_state.RunId} is {_state.Run.State}. Tasks can be added only while it executes or waits for a decision " + "about a task."
        : null;

    /// <summary>Adds those tasks that the run does not have yet.</summary>
    public async Task<SteeringUpdateResult> AddAsync(AddTasksArguments command)
    {
        while (true)
        {
            var news = command.Tasks.Where(task => _state.Board.TryFind(task.Id) is null).ToList();
            if (news.Count == 0)
            {
                var known = string.Join(", ", command.Tasks.Select(task => task.Id));
                return new SteeringUpdateResult(
                    $"{_state.RunId} already has {known}; a new task needs its own id.",
                    Changed: false,
                    NamesRun: true
                );
            }
            var hash = _state.Plan.Hash;
            var add = new AddTasksInput(_state.RunId, _state.Repository, hash, news);
            var (made, why) = await FailureCause.TryAsync(
                Workflow.ExecuteActivityAsync((IRequestActivities a) => a.AddTasksAsync(add), context.Short)
            );
            if (made is null || !TakesTasks)
            {
                return new SteeringUpdateResult(
                    $"Nothing was added to {_state.RunId}: {(made is null ? why : $"it is {_state.Run.State}")}.",
                    Changed: false,
                    NamesRun: true
                );
            }
            if (_state.Plan.Hash != hash)
            {
                continue; // Another command has extended the plan in the meantime.
            }
            _state.Plan = _state.Plan with { Hash = made.PlanHash, TaskCount = _state.Plan.TaskCount + made.Tasks.Count };
            _state.Board.Add(made.Tasks, RunWorkflowComponentContext.Now);
            _state.Run = _state.Run with { TaskCount = _state.Board.Entries.Count };
            var by = DecidingUser.Of(command.By);
            _state.Note(new TasksAddedReason([.. made.Tasks.Select(task => task.Id)], by), RunWorkflowComponentContext.Now, by.Who);
            return new SteeringUpdateResult(
                $"{_state.RunId} has {Plural.Of(made.Tasks.Count, "more task")}: "
                    + $"{string.Join(", ", made.Tasks.Select(task => task.Id))}.",
                Changed: true,
                NamesRun: true
            );
        }
    }
}
