namespace Orchestrator.Workflows.Runs;

/// <summary>Raises budgets that apply to the run, and resumes the tasks that wait for them.</summary>
internal sealed class RunBudgetRaiser(RunContext context, TaskMessenger messenger)
{
    private readonly RunState _state = context.State;

    /// <summary>Returns the reason why a command is refused, as a sentence, or null if the command is valid.</summary>
    public string? Refuse(RaiseBudgetCommand command)
    {
        var isOfTask = command.Kind is BudgetKinds.Task or BudgetKinds.Attempt;
        return !BudgetKinds.All.Contains(command.Kind)
                ? $"The budget {Messages.MessageFaults.Quote(command.Kind)} is unknown. Known budgets: "
                    + $"{string.Join(", ", BudgetKinds.All)}."
            : RunStates.IsFinal(_state.Run.State)
                ? $"{_state.RunId} is {_state.Run.State}, so it starts no more agents and needs no budget."
            : command is not ({ Usd: > 0, Tokens: null } or { Usd: null, Tokens: > 0 })
                ? "Specify the new limit in US dollars or in tokens; it must be more than 0."
            : isOfTask && _state.Board.TryFind(command.Task) is null ? new SteeringCommandHandler(_state).NoTask(command.Task)
            : !isOfTask && command.Task.Length > 0 ? $"The budget of {BudgetText.ScopeText(command.Kind)} does not belong to a task."
            : Waiting(command) is [var (_, budget), ..] && (command.Usd <= budget.SpentUsd || command.Tokens <= budget.SpentTokens)
                ? $"{Capital(BudgetText.Of(budget))}. Specify a higher limit."
            : null;
    }

    /// <summary>Stores the new limit, and resumes the tasks that wait for it.</summary>
    public async Task<SteeringAnswer> IncreaseAsync(RaiseBudgetCommand command)
    {
        var waiting = Waiting(command);
        var account = waiting.Count > 0 ? waiting[0].Budget.Account : "";
        var attempt = _state.Board.TryFind(command.Task)?.Progress.Attempt ?? 0;
        var input = new RaiseBudgetInput(_state.RunId, _state.Repository, command, attempt, account);
        var raised = await Workflow.ExecuteActivityAsync((IUsageActivities a) => a.IncreaseBudgetAsync(input), context.Short);
        if (!raised.Changed)
        {
            return new SteeringAnswer(raised.Message, Changed: false);
        }
        var by = Person.Of(command.By);
        _state.Note(new BudgetRaised(by, new Quote(raised.Message)), RunContext.Now, by.Who);
        foreach (var (task, _) in Waiting(command))
        {
            await messenger.SendAsync(task.Id, t => t.GoOnAsync("", null));
        }
        var goOn = waiting switch
        {
            [] => "",
            [var only] => $"; task {only.Task.Id} continues",
            _ => $"; {Plural.Of(waiting.Count, "task continues", "tasks continue")}",
        };
        return new SteeringAnswer($"{raised.Message}{goOn}.", Changed: true);
    }

    private List<(TaskBoardEntry Task, BudgetStatus Budget)> Waiting(RaiseBudgetCommand command) =>
        [
            .. ReadyTaskSelector
                .BudgetsReached(_state.Board)
                .SelectMany(waiting => waiting)
                .Where(one => one.Budget.Kind == command.Kind && (command.Task.Length == 0 || one.Task.Id == command.Task)),
        ];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
