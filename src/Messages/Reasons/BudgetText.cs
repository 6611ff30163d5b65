using System.Globalization;
using Orchestrator.Usage;

namespace Orchestrator.Messages;

/// <summary>Formats budgets and limits as text.</summary>
public static class BudgetText
{
    /// <summary>Formats a used-up budget, such as <c>the budget of the run is used up: 20.05 of 20.00 USD are spent</c>.</summary>
    public static string Of(BudgetStatus budget) => $"the budget of {ScopeText(budget.Kind)} is used up: {Figures(budget)}";

    /// <summary>
    /// Formats the current state of a budget, for example as <c>the run: 4.20 of 20.00 USD are spent, 0.35 USD more by running agents;
    /// 15.45 USD left</c>.
    /// </summary>
    public static string Of(RunBudget budget) =>
        $"{ScopeText(budget)}: {Figures(budget.Budget)}{RunningAgentsText(budget)}; {Left(budget)}";

    /// <summary>
    /// Formats each spending limit of a run as one line: shared budgets, usage limits of its accounts, and budgets of tasks. Returns an
    /// empty list if the run has no limits or they are unknown.
    /// </summary>
    /// <param name="budgets">The budgets, or null if unknown.</param>
    public static IReadOnlyList<string> Lines(RunSpendingLimits? budgets) =>
        budgets is null
            ? []
            :
            [
                .. budgets.Budgets.Where(budget => budget.Task.Length == 0).Select(budget => $"budget of {Of(budget)}"),
                .. budgets.Accounts.SelectMany(account => account.Windows.Select(window => $"{account.Name}, {Of(window)}")),
                .. Each("task", budgets.PerTask),
                .. Each("attempt", budgets.PerAttempt),
                .. budgets.Budgets.Where(budget => budget.Task.Length > 0).Select(budget => $"budget of {Of(budget)}"),
            ];

    /// <summary>Formats the state of a usage limit, such as <c>5-hour limit: 42 % used, resets at 2026-11-25 18:00Z</c>.</summary>
    public static string Of(UsageWindowLine window) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{WaitReasonText.Name(window.Name)} limit: {window.UsedPercent:0.#} % used, "
                + $"resets at {window.ResetsAt.UtcDateTime:yyyy-MM-dd HH:mm}Z"
        );

    /// <summary>Formats the limit of a budget, such as <c>5.00 USD</c>.</summary>
    public static string Of(BudgetLimit limit) =>
        Join(limit.Usd is { } usd ? $"{Dollars(usd)} USD" : null, limit.Tokens is { } tokens ? Plural.Grouped(tokens, "token") : null);

    /// <summary>Returns the scope of a budget as text, such as <c>the run</c>.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    public static string ScopeText(string kind) =>
        kind switch
        {
            BudgetKinds.Attempt => "the attempt",
            BudgetKinds.Task => "the task",
            BudgetKinds.Run => "the run",
            BudgetKinds.Day => "the day",
            _ => "the account and month",
        };

    /// <summary>Returns the scope of a budget as text that names the task or account.</summary>
    public static string ScopeText(RunBudget budget) =>
        (budget.Budget.Kind, budget.Task, budget.Budget.Account) switch
        {
            (BudgetKinds.Attempt, { Length: > 0 } task, _) => $"the attempt of {task}",
            (BudgetKinds.Task, { Length: > 0 } task, _) => $"the task {task}",
            (BudgetKinds.Account, _, { Length: > 0 } account) => $"the account {account} this month",
            _ => ScopeText(budget.Budget.Kind),
        };

    /// <summary>Formats US dollars with two decimals, or more for amounts below one cent.</summary>
    public static string Dollars(decimal usd) =>
        usd.ToString(Math.Abs(usd) is > 0 and < 0.01m ? "0.00##" : "0.00", CultureInfo.InvariantCulture);

    private static string Figures(BudgetStatus budget) =>
        Join(
            budget.LimitUsd is { } usd ? $"{Dollars(budget.SpentUsd ?? 0)} of {Dollars(usd)} USD are spent" : null,
            budget.LimitTokens is { } tokens
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{budget.SpentTokens ?? 0:#,0} of {Plural.Grouped(tokens, "token")} are used"
                )
                : null
        );

    private static string RunningAgentsText(RunBudget budget) =>
        budget.WorkingUsd is > 0 || budget.WorkingTokens is > 0
            ? $", {Join(
                budget.WorkingUsd is { } usd ? $"{Dollars(usd)} USD" : null,
                budget.WorkingTokens is { } tokens ? Plural.Grouped(tokens, "token") : null
            )} more by running agents"
            : "";

    private static string Left(RunBudget budget) =>
        budget is { LeftUsd: null or <= 0, LeftTokens: null or <= 0 }
            ? "nothing is left"
            : $"{Of(new BudgetLimit(budget.LeftUsd, budget.LeftTokens))} left";

    private static IEnumerable<string> Each(string what, BudgetLimit? limit) =>
        limit is null ? [] : [$"budget of each {what}: at most {Of(limit)}"];

    private static string Join(params IEnumerable<string?> parts) => string.Join(" and ", parts.OfType<string>());
}
