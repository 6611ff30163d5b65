using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Prices from the settings, and the cost of complete agent runs.</summary>
public static class AccountPrices
{
    /// <summary>Creates the price table with the prices of the settings.</summary>
    public static PriceTable Of(OrchestratorSettings settings) =>
        new(
            settings.Usage.Prices.ToDictionary(
                price => price.Model,
                price => ModelPrice.Dollars(price.Input, price.Output, price.CacheRead, price.CacheWrite),
                StringComparer.Ordinal
            )
        );

    /// <summary>
    /// Computes usage by model. The cost reported by the agent program takes precedence; otherwise the table prices the tokens.
    /// </summary>
    public static IReadOnlyList<ModelRecord> Models(AgentUsage usage, PriceTable prices) =>
        [
            .. usage
                .Models.OrderBy(model => model.Key, StringComparer.Ordinal)
                .Select(model =>
                {
                    var use = model.Value.Tokens;
                    var tokens = new TokenCounts(use.Input, use.Output, use.CacheRead, use.CacheWrite);
                    var micros = model.Value.CostUsd > 0 ? MicroDollars.Of(model.Value.CostUsd) : prices.Find(model.Key)?.Of(tokens) ?? 0;
                    return new ModelRecord(model.Key, tokens, micros);
                }),
        ];
}
