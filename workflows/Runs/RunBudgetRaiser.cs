namespace Orchestrator.Workflows.Runs;

/// <summary>Raises budgets that apply to the run, and resumes the tasks that wait for them.</summary>
internal sealed class RunBudgetRaiser(RunWorkflowComponentContext context, TaskWorkflowMessageSender messenger)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Returns the reason why a command is refused, as a sentence, or null if the command is valid.</summary>
    public string? Refuse(RaiseBudgetArguments command)
    {
        var isOfTask = command.Kind is BudgetKinds.Task or BudgetKinds.Attempt;
        return !BudgetKinds.All.Contains(command.Kind)
                ? $"The budget {Messages.MessageValidationFaultCollector.Quote(command.Kind)} is unknown. Known budgets: "
                    + $"{string.Join(", ", BudgetKinds.All)}."
            : RunStateNames.IsFinal(_state.Run.State)
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
    public async Task<SteeringUpdateResult> IncreaseAsync(RaiseBudgetArguments command)
    {
        var waiting = Waiting(command);
        var account = waiting.Count > 0 ? waiting[0].Budget.Account : "";
        var attempt = _state.Board.TryFind(command.Task)?.Progress.Attempt ?? 0;
        var input = new RaiseBudgetInput(_state.RunId, _state.Repository, command, attempt, account);
        var raised = await Workflow.ExecuteActivityAsync((IUsageActivities a) => a.IncreaseBudgetAsync(input), context.Short);
        if (!raised.Changed)
        {
            return new SteeringUpdateResult(raised.Message, Changed: false);
        }
        var by = DecidingUser.Of(command.By);
        _state.Note(new BudgetRaisedReason(by, new VerbatimQuote(raised.Message)), RunWorkflowComponentContext.Now, by.Who);
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
        return new SteeringUpdateResult($"{raised.Message}{goOn}.", Changed: true);
    }

    private List<(PlanTaskWithProgress Task, BudgetStatus Budget)> Waiting(RaiseBudgetArguments command) =>
        [
            .. ReadyTaskSelector
                .BudgetsReached(_state.Board)
                .SelectMany(waiting => waiting)
                .Where(one => one.Budget.Kind == command.Kind && (command.Task.Length == 0 || one.Task.Id == command.Task)),
        ];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
