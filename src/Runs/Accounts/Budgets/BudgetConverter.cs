using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Converts exhausted budgets to messages for workflows and users.</summary>
internal static class BudgetConverter
{
    public static BudgetStatus Of(string account, Ask ask) =>
        new()
        {
            Kind = KindOf(ask.Cap.Kind),
            Scope = ask.Cap.Scope,
            Account = account,
            SpentUsd = ask.Cap.Micros is null ? null : MicroDollars.ToDollars(ask.Spent.Micros),
            LimitUsd = ask.Cap.Micros is { } micros ? MicroDollars.ToDollars(micros) : null,
            SpentTokens = ask.Cap.Tokens is null ? null : ask.Spent.Tokens,
            LimitTokens = ask.Cap.Tokens,
        };

    /// <summary>Creates a budget from the settings.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    /// <param name="scope">Name of the scope.</param>
    /// <param name="amount">Limit of the budget, or null for none until a user raises it.</param>
    public static Cap CapOf(string kind, string scope, BudgetAmount? amount) =>
        new(KindOf(kind)!.Value, scope, amount?.Usd is { } usd ? MicroDollars.Of(usd) : null, amount?.Tokens);

    /// <summary>Returns the name of a kind of budget, as in <c>budget.run</c>.</summary>
    public static string KindOf(CapKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Parses the name of a kind of budget, or returns null if it is unknown.</summary>
    public static CapKind? KindOf(string name) => Enum.TryParse<CapKind>(name, ignoreCase: true, out var kind) ? kind : null;
}
