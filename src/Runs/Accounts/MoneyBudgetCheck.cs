using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Checks money budgets, which require agents with a known cost. Other agents are rejected, because their cost is not estimated.
/// </summary>
public static class MoneyBudgetCheck
{
    /// <summary>
    /// Lists the reasons for which agents can't run within the money budgets, one sentence each; empty without such a budget.
    /// </summary>
    /// <param name="agents">Names of the agents with their models.</param>
    public static IEnumerable<string> Faults(OrchestratorSettings settings, IEnumerable<(string Agent, string Model)> agents)
    {
        var kind = settings.Budget.All.FirstOrDefault(one => one.Amount?.Usd is not null).Kind;
        var isFallback = settings.Claude is { Fallback.Count: > 0, FallbackBudget.Usd: not null };
        if (kind is null && !isFallback)
        {
            return [];
        }
        var name = kind is null ? "agents.claude.fallback_budget" : $"budget.{kind}";
        agents = kind is null ? agents.Where(one => one.Agent == AccountName.Claude) : agents;
        var prices = AccountPrices.Of(settings);
        return agents.Distinct().Select(one => Fault(name, one.Agent, one.Model, settings, prices)).Where(fault => fault.Length > 0);
    }

    private static string Fault(string budget, string agent, string model, OrchestratorSettings settings, PriceTable prices)
    {
        if (agent is AccountName.Claude or "api" or "bedrock")
        {
            return prices.Find(model) is not null
                ? ""
                : $"{budget} is in US dollars, and nobody knows a price of the model '{model}' of the agent '{agent}'. Give it under "
                    + $"'prices' ([{{model: {model}, input: USD, output: USD}}], per million tokens), or a budget in tokens.";
        }
        return
            settings.Agents.GetValueOrDefault(agent)?.IsFree is true
            || settings.ReportsCost(agent)
            // An agent program with a description reports its tokens, which the table can price.
            || (settings.DescriptionOf(agent) is not null && prices.Find(model) is not null)
            ? ""
            : $"{budget} is in US dollars, and the agent '{agent}' does not say what it costs: such a budget would hold nothing. "
                + $"Take it out, use claude, or say that it costs nothing: agents.{agent}.free: true."
                + (
                    settings.DescriptionOf(agent) is null
                        ? ""
                        : $" Or name its model (agents.{agent}.model), and that model's price under 'prices'."
                );
    }
}
