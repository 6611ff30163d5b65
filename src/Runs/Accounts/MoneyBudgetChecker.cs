using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Checks that the cost of each agent to which a budget in US dollars applies can be determined. Other agents are rejected, because costs
/// are never estimated.
/// </summary>
public static class MoneyBudgetChecker
{
    /// <summary>
    /// Lists the agents whose cost can't be determined, with one sentence for each. The list is empty if no budget in US dollars is set.
    /// </summary>
    /// <param name="agents">Names of the agents, each with its model.</param>
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
        var prices = AgentRunCostCalculator.Of(settings);
        return agents.Distinct().Select(one => Fault(name, one.Agent, one.Model, settings, prices)).Where(fault => fault.Length > 0);
    }

    private static string Fault(string budget, string agent, string model, OrchestratorSettings settings, PriceTable prices)
    {
        if (agent is AccountName.Claude or "api" or "bedrock")
        {
            return prices.Find(model) is not null
                ? ""
                : $"{budget} is in US dollars, but the price of the model '{model}' of the agent '{agent}' is unknown. Set the price in "
                    + $"'prices' ([{{model: {model}, input: USD, output: USD}}], per million tokens), or set a budget in tokens.";
        }
        return
            settings.Agents.GetValueOrDefault(agent)?.IsFree is true
            || settings.ReportsCost(agent)
            // A described agent program reports its tokens, so the price table can determine its cost.
            || (settings.DescriptionOf(agent) is not null && prices.Find(model) is not null)
            ? ""
            : $"{budget} is in US dollars, but the agent '{agent}' does not report its cost, so the budget can't be enforced. "
                + $"Remove the budget, use the agent 'claude', or set 'agents.{agent}.free: true' if the agent costs nothing."
                + (
                    settings.DescriptionOf(agent) is null
                        ? ""
                        : $" Or set the agent's model (agents.{agent}.model) and the price of that model ('prices')."
                );
    }
}
