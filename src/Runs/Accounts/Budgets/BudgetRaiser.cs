using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Raises the limit of a budget in the ledger of the account governor, which admits agent starts.</summary>
/// <param name="governor">The governor of the accounts.</param>
/// <param name="time">The clock.</param>
public sealed class BudgetRaiser(IAccountGovernor governor, TimeProvider time)
{
    /// <summary>Stores the new limit. A limit that does not exceed the amount already spent is rejected.</summary>
    public async Task<RaisedBudget> StoreAsync(RaiseBudgetInput input, CancellationToken stop)
    {
        var cap = CapOf(input);
        var answer = await governor.CallAsync(
            new AccountGovernorRequest
            {
                RequestId = Guid.NewGuid().ToString("n"),
                Account = input.Account,
                Raised = cap,
            },
            stop
        );
        return answer.Refusal.Length > 0
            ? new RaisedBudget(false, answer.Refusal)
            : new RaisedBudget(true, $"{Capital(WaitReasonText.Of(cap))}, applies from now on");
    }

    private BudgetCap CapOf(RaiseBudgetInput input)
    {
        var (key, run, command) = (input.Repository.Key, input.RunId, input.Command);
        var today = CalendarDayCalculator.Today(time);
        var kind =
            LedgerBudgetConverter.KindOf(command.Kind)
            ?? throw new ArgumentException($"The budget '{command.Kind}' is unknown.", nameof(input));
        var scope = kind switch
        {
            BudgetCapKind.Attempt => BudgetScopeNames.Attempt(key, run, command.Task, input.Attempt),
            BudgetCapKind.Task => BudgetScopeNames.Task(key, run, command.Task),
            BudgetCapKind.Run => BudgetScopeNames.Run(key, run),
            BudgetCapKind.Day => BudgetScopeNames.Day(today),
            _ => BudgetScopeNames.Account(input.Account, today),
        };
        return new BudgetCap(kind, scope, command.Usd is { } usd ? MicroDollars.Of(usd) : null, command.Tokens);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
