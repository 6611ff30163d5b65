using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Converts budgets between the ledger, the settings and the messages of workflows.</summary>
internal static class LedgerBudgetConverter
{
    /// <summary>Describes a used-up budget for the run's workflow and for users.</summary>
    public static BudgetStatus Of(string account, BudgetExhaustedAdmissionDecision ask) =>
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

    /// <summary>Converts a budget in the settings to a budget in the ledger.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    /// <param name="scope">Name of the scope that the budget limits, such as a run or a day.</param>
    /// <param name="amount">The limit in the settings, or null if the settings contain none. A user can still set a limit by a
    /// raise.</param>
    public static BudgetCap CapOf(string kind, string scope, BudgetAmount? amount) =>
        new(KindOf(kind)!.Value, scope, amount?.Usd is { } usd ? MicroDollars.Of(usd) : null, amount?.Tokens);

    /// <summary>Returns the name of a budget kind as in the settings, for example <c>run</c> for <c>budget.run</c>.</summary>
    public static string KindOf(BudgetCapKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Parses the name of a budget kind. Returns null if the name is unknown.</summary>
    public static BudgetCapKind? KindOf(string name) => Enum.TryParse<BudgetCapKind>(name, ignoreCase: true, out var kind) ? kind : null;
}
