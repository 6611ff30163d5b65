using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Raises the limit of a budget in the governor's ledger.</summary>
/// <param name="governor">The governor of the accounts.</param>
/// <param name="time">The clock.</param>
public sealed class BudgetRaise(IAccountGovernor governor, TimeProvider time)
{
    /// <summary>Stores the new limit. A limit that does not exceed the amount already spent is refused.</summary>
    public async Task<RaisedBudget> StoreAsync(RaiseBudgetInput input, CancellationToken stop)
    {
        var cap = CapOf(input);
        var answer = await governor.CallAsync(
            new GovernorCall
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

    private Cap CapOf(RaiseBudgetInput input)
    {
        var (key, run, command) = (input.Repository.Key, input.RunId, input.Command);
        var today = LocalDays.Today(time);
        var kind =
            BudgetConverter.KindOf(command.Kind) ?? throw new ArgumentException($"The budget '{command.Kind}' is unknown.", nameof(input));
        var scope = kind switch
        {
            CapKind.Attempt => Scopes.Attempt(key, run, command.Task, input.Attempt),
            CapKind.Task => Scopes.Task(key, run, command.Task),
            CapKind.Run => Scopes.Run(key, run),
            CapKind.Day => Scopes.Day(today),
            _ => Scopes.Account(input.Account, today),
        };
        return new Cap(kind, scope, command.Usd is { } usd ? MicroDollars.Of(usd) : null, command.Tokens);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
