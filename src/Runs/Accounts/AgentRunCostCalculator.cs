using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Computes the cost of agent runs from their tokens and the prices in the settings.</summary>
public static class AgentRunCostCalculator
{
    /// <summary>Creates the price table. Prices in the settings override the built-in prices.</summary>
    public static PriceTable Of(OrchestratorSettings settings) =>
        new(
            settings.Usage.Prices.ToDictionary(
                price => price.Model,
                price => ModelPrice.Dollars(price.Input, price.Output, price.CacheRead, price.CacheWrite),
                StringComparer.Ordinal
            )
        );

    /// <summary>
    /// Converts an agent's usage to one record per model. If the agent program reports its cost, that cost is used. Otherwise the cost is
    /// computed from the tokens and the price table.
    /// </summary>
    public static IReadOnlyList<ModelUsageRecord> Models(AgentUsage usage, PriceTable prices) =>
        [
            .. usage
                .Models.OrderBy(model => model.Key, StringComparer.Ordinal)
                .Select(model =>
                {
                    var use = model.Value.Tokens;
                    var tokens = new TokenCounts(use.Input, use.Output, use.CacheRead, use.CacheWrite);
                    var micros = model.Value.CostUsd > 0 ? MicroDollars.Of(model.Value.CostUsd) : prices.Find(model.Key)?.Of(tokens) ?? 0;
                    return new ModelUsageRecord(model.Key, tokens, micros);
                }),
        ];
}
