using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Reads a run's budgets and usage limits from the ledgers.</summary>
public static class RunBudgetLedgerReader
{
    /// <summary>Returns the budgets that apply to a run, and the usage limits of the accounts that pay for it.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="key">Key of the run's repository.</param>
    /// <param name="settings">Budget settings with which the run started.</param>
    /// <param name="account">Name of the account that pays for the run's agent.</param>
    /// <param name="book">Current ledgers of all accounts.</param>
    /// <param name="time">The clock.</param>
    public static RunSpendingLimits Of(
        RunStatus run,
        string key,
        BudgetSettings settings,
        string account,
        AccountLedgerSet book,
        TimeProvider time
    )
    {
        var (now, today) = (time.GetUtcNow(), CalendarDayCalculator.Today(time));
        var ofRun = BudgetScopeNames.Run(key, run.RunId);
        var isOver = RunStateNames.IsFinal(run.State);
        // Ledgers eventually drop the spending of an ended run.
        var isKnown = !isOver || book.AccountWith(ofRun) is not null;
        IReadOnlyList<string> payers = isOver ? [] : [account, .. PayersOf(book, key, run.RunId).Where(name => name != account)];
        return new RunSpendingLimits
        {
            Budgets =
            [
                .. isKnown ? Limits(BudgetKinds.Run, settings.Run, ofRun) : [],
                .. isOver ? [] : Limits(BudgetKinds.Day, settings.Day, BudgetScopeNames.Day(today)),
                .. payers.SelectMany(name => Limits(BudgetKinds.Account, settings.Account, BudgetScopeNames.Account(name, today), name)),
                .. isOver ? [] : run.Tasks.Where(IsUnderWay).SelectMany(OfTask),
            ],
            PerTask = isOver ? null : LimitOf(settings.Task),
            PerAttempt = isOver ? null : LimitOf(settings.Attempt),
            Accounts = [.. payers.Select(name => AccountOf(book.Of(name), now))],
        };

        // A user's raise can set a limit for a budget that has none in the settings.
        IEnumerable<RunBudget> Limits(string kind, BudgetAmount? amount, string scope, string payer = "")
        {
            var cap = book.Current(LedgerBudgetConverter.CapOf(kind, scope, amount));
            if (cap is { Micros: null, Tokens: null })
            {
                yield break;
            }
            var working = book.UsedIn(scope);
            yield return new RunBudget(LedgerBudgetConverter.Of(payer, new BudgetExhaustedAdmissionDecision(cap, book.SpentIn(scope))))
            {
                WorkingUsd = cap.Micros is null ? null : MicroDollars.ToDollars(working.Micros),
                WorkingTokens = cap.Tokens is null ? null : working.Tokens,
            };
        }

        IEnumerable<RunBudget> OfTask(RunTaskStatus task) =>
            Limits(BudgetKinds.Task, settings.Task, BudgetScopeNames.Task(key, run.RunId, task.Id))
                .Concat(Limits(BudgetKinds.Attempt, settings.Attempt, BudgetScopeNames.Attempt(key, run.RunId, task.Id, task.Attempt)))
                .Select(budget => budget with { Task = task.Id });
    }

    /// <summary>
    /// Returns an account's usage limits that have not been reset yet, and the current block on its agent starts if there is one.
    /// </summary>
    public static PayingAccountUsageLimits AccountOf(AccountLedger ledger, DateTimeOffset now) =>
        new(
            ledger.Account,
            [
                .. ledger
                    .Windows.Where(window => window.Value.ResetsAt > now)
                    .Select(window => new UsageWindowLine(window.Key, window.Value.Percent, window.Value.ResetsAt, window.Value.SeenAt)),
            ]
        )
        {
            Block =
                ledger.Park is { } park && park.OpensAt > now
                    ? new AccountBlockPeriod(park.Window, park.Until, park.Since, park.Fact)
                    : null,
        };

    private static IEnumerable<string> PayersOf(AccountLedgerSet book, string key, string run) =>
        book
            .Ledgers.Values.Where(ledger =>
                ledger.Account != GovernorRequestByLedgerSplitter.Account
                && (
                    ledger.Spent.ContainsKey(BudgetScopeNames.Run(key, run))
                    || ledger.Reservations.Any(reservation => reservation.Repository == key && reservation.Run == run)
                )
            )
            .Select(ledger => ledger.Account);

    private static bool IsUnderWay(RunTaskStatus task) =>
        task.Starts > 0 && (TaskStateNames.HoldsSlot(task.State) || task.State == TaskStateNames.Parked || task.Why is BudgetUsedUpReason);

    private static BudgetLimit? LimitOf(BudgetAmount? amount) => amount is null ? null : new BudgetLimit(amount.Usd, amount.Tokens);
}
