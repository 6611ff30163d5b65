using Orchestrator.Plans;

namespace Orchestrator.Accounts;

/// <summary>A budget that is used up, as workflows and people get it.</summary>
internal static class BudgetFacts
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

    /// <summary>A budget of the settings.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    /// <param name="scope">Which one.</param>
    /// <param name="amount">Its limit; null: none, until a person gives one.</param>
    public static Cap CapOf(string kind, string scope, BudgetAmount? amount) =>
        new(KindOf(kind)!.Value, scope, amount?.Usd is { } usd ? MicroDollars.Of(usd) : null, amount?.Tokens);

    /// <summary>The name of a kind of budget, as in <c>budget.run</c>.</summary>
    public static string KindOf(CapKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The kind of a name; null: there is none.</summary>
    public static CapKind? KindOf(string name) => Enum.TryParse<CapKind>(name, ignoreCase: true, out var kind) ? kind : null;
}
