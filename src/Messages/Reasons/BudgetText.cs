using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>The words of budgets.</summary>
public static class BudgetText
{
    /// <summary>A budget that is used up, such as <c>the budget of the run is used up: 20.05 of 20.00 USD are spent</c>.</summary>
    public static string Of(BudgetStatus budget) => $"the budget of {Whose(budget.Kind)} is used up: {Figures(budget)}";

    /// <summary>Whose budget it is.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    public static string Whose(string kind) =>
        kind switch
        {
            BudgetKinds.Attempt => "the attempt",
            BudgetKinds.Task => "the task",
            BudgetKinds.Run => "the run",
            BudgetKinds.Day => "the day",
            _ => "the account and month",
        };

    /// <summary>US dollars for people: cents, and more digits below one cent.</summary>
    public static string Dollars(decimal usd) =>
        usd.ToString(Math.Abs(usd) is > 0 and < 0.01m ? "0.00##" : "0.00", CultureInfo.InvariantCulture);

    private static string Figures(BudgetStatus budget)
    {
        string?[] parts =
        [
            budget.LimitUsd is { } usd ? $"{Dollars(budget.SpentUsd ?? 0)} of {Dollars(usd)} USD are spent" : null,
            budget.LimitTokens is { } tokens
                ? string.Create(CultureInfo.InvariantCulture, $"{budget.SpentTokens ?? 0:#,0} of {tokens:#,0} tokens are used")
                : null,
        ];
        return string.Join(" and ", parts.OfType<string>());
    }
}
