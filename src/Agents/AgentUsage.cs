namespace Orchestrator.Agents;

/// <summary>Token counts of a single model as reported by the agent program, including sub-agents.</summary>
/// <param name="Input">Input tokens that were not cached.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheRead">Input tokens read from the cache.</param>
/// <param name="CacheWrite">Input tokens written to the cache.</param>
public sealed record TokenUsage(long Input, long Output, long CacheRead, long CacheWrite)
{
    /// <summary>Zero tokens.</summary>
    public static TokenUsage Zero { get; } = new(0, 0, 0, 0);

    /// <summary>Sum of all token counts.</summary>
    public long Total => Input + Output + CacheRead + CacheWrite;

    /// <summary>Returns the sum of both counts.</summary>
    public TokenUsage Plus(TokenUsage other) =>
        new(Input + other.Input, Output + other.Output, CacheRead + other.CacheRead, CacheWrite + other.CacheWrite);
}

/// <summary>Usage and cost of a single model.</summary>
/// <param name="CostUsd">Cost in US dollars by the agent program's price list.</param>
/// <param name="ContextWindow">Context size of the model in tokens; 0 if not reported.</param>
public sealed record ModelUsage(TokenUsage Tokens, decimal CostUsd, long ContextWindow)
{
    /// <summary>Returns the sum of both usages.</summary>
    public ModelUsage Plus(ModelUsage other) =>
        new(Tokens.Plus(other.Tokens), CostUsd + other.CostUsd, Math.Max(ContextWindow, other.ContextWindow));
}

/// <summary>Usage of a whole agent run by model, with totals.</summary>
/// <param name="Models">Usage by model name.</param>
public sealed record AgentUsage(IReadOnlyDictionary<string, ModelUsage> Models)
{
    /// <summary>Usage of an agent that used nothing.</summary>
    public static AgentUsage None { get; } = new(new Dictionary<string, ModelUsage>());

    /// <summary>Cost in US dollars over all models.</summary>
    public decimal CostUsd => Models.Values.Sum(model => model.CostUsd);

    /// <summary>Tokens over all models.</summary>
    public TokenUsage Tokens => Models.Values.Aggregate(TokenUsage.Zero, (sum, model) => sum.Plus(model.Tokens));

    /// <summary>Returns the sum of both usages.</summary>
    public AgentUsage Plus(AgentUsage other)
    {
        Dictionary<string, ModelUsage> sum = new(Models);
        foreach ((var name, var use) in other.Models)
        {
            sum[name] = sum.TryGetValue(name, out var known) ? known.Plus(use) : use;
        }
        return new AgentUsage(sum);
    }
}
