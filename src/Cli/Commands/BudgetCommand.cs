using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>budget</c>: shows and changes the budgets of runs.</summary>
internal sealed class BudgetCommand : Command
{
    public BudgetCommand()
        : base("budget", "Raise what a run may spend") => Add(new RaiseCommand());

    private sealed class RaiseCommand : SteeringCommand
    {
        private readonly RunArgument _which = new("RUN", "The run, or RUN/TASK for the budget of a task");
        private readonly Argument<string> _amount = new("AMOUNT")
        {
            Description = "The new limit: US dollars such as 20, or tokens such as '2M tokens'. It must be more than what is spent",
        };
        private readonly Option<string?> _of = new("--of")
        {
            Description = "Which budget: run, task, attempt, day or account (default: that of the run, or of the task that is named)",
            HelpName = "WHAT",
        };

        public RaiseCommand()
            : base("raise", "Give a budget a higher limit; what waits for it continues")
        {
            _which.AddTo(this);
            Add(_amount);
            Add(_of);
            AddGoingOn();
            AddEngine();
        }

        public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var repository = context.RequireRepository();
            var (run, reference) = _which.RequireOpen(repository, parsed);
            var text = parsed.GetRequiredValue(_amount);
            var amount =
                BudgetAmount.TryRead(text)
                ?? throw new UseCaseException(Outcome.Usage, $"'{text}' is not a budget.", $"Give {BudgetAmount.Accepts}.");
            var kind = parsed.GetValue(_of) ?? (reference.Task is null ? BudgetKinds.Run : BudgetKinds.Task);
            if (!BudgetKinds.All.Contains(kind))
            {
                throw new UseCaseException(
                    Outcome.Usage,
                    $"There is no budget of '{kind}'.",
                    $"Known are {string.Join(", ", BudgetKinds.All)}."
                );
            }
            var task = kind is BudgetKinds.Task or BudgetKinds.Attempt ? reference.RequireTask(run.Status) : "";
            var command = new RaiseBudgetCommand(kind, amount.Usd, amount.Tokens, task, context.Person);
            return SendAsync(
                parsed,
                context,
                run,
                new SteeringCall((handle, cancel) => handle.IncreaseBudgetAsync(command, cancel), MessageNames.RaiseBudget, command)
                {
                    Unchanged = Outcome.Usage,
                    Refuse = status => Refusal(context, status, command),
                },
                stop
            );
        }

        // The run's record contains the budget that its tasks wait for; the ledgers contain the current costs.
        private static string? Refusal(CommandContext context, RunStatus status, RaiseBudgetCommand command)
        {
            var waiting = status.Tasks.FirstOrDefault(task =>
                task is { State: TaskStates.Parked, Why: BudgetReached { Budget.Kind: var kind } }
                && kind == command.Kind
                && (command.Task.Length == 0 || task.Id == command.Task)
            );
            return
                waiting?.Why is BudgetReached { Budget: var budget }
                && (command.Usd <= budget.SpentUsd || command.Tokens <= budget.SpentTokens)
                ? $"{BudgetText.Of(budget)}: give more than that"
                : null;
        }
    }
}
