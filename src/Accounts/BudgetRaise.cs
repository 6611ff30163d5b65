namespace Orchestrator.Accounts;

/// <summary>Raises a budget in the ledgers.</summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
/// <param name="time">The clock.</param>
public sealed class BudgetRaise(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    /// <summary>The ledger of budgets that are raised before an account has spent anything of them.</summary>
    private const string Unspent = "budgets";
    private readonly AccountLedgers _ledgers = new(environment);

    /// <summary>Stores it, if it is more than what is spent.</summary>
    public async Task<RaisedBudget> StoreAsync(RaiseBudgetInput input, CancellationToken stop)
    {
        var cap = CapOf(input);
        return await _ledgers.ChangeAsync(
            book =>
            {
                var account = input.Account.Length > 0 ? input.Account : AccountWith(book, cap.Scope) ?? Unspent;
                var (next, refusal) = Budgets.Lift(book, account, cap, time.GetUtcNow());
                return next is null
                    ? (book, new RaisedBudget(false, refusal))
                    : (next, new RaisedBudget(true, $"{Capital(WaitText.Of(cap))}, holds from now on"));
            },
            stop
        );
    }

    private Cap CapOf(RaiseBudgetInput input)
    {
        var (key, run, command) = (input.Repository.Key, input.RunId, input.Command);
        var today = LocalDays.Today(time);
        var kind =
            BudgetFacts.KindOf(command.Kind) ?? throw new ArgumentException($"There is no budget of '{command.Kind}'.", nameof(input));
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

    private static string? AccountWith(LedgerBook book, string scope) =>
        book.Ledgers.Values.FirstOrDefault(ledger => ledger.Spent.ContainsKey(scope))?.Account;

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
