namespace Orchestrator.Agents;

/// <summary>Token counts of one model, as reported by the agent program. Includes sub-agents.</summary>
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

    /// <summary>Returns the sum of these token counts and the given ones.</summary>
    public TokenUsage Plus(TokenUsage other) =>
        new(Input + other.Input, Output + other.Output, CacheRead + other.CacheRead, CacheWrite + other.CacheWrite);
}

/// <summary>Token counts and cost of one model.</summary>
/// <param name="CostUsd">Cost in US dollars, computed by the agent program.</param>
/// <param name="ContextWindow">Context size of the model in tokens; 0 if not reported.</param>
public sealed record ModelUsage(TokenUsage Tokens, decimal CostUsd, long ContextWindow)
{
    /// <summary>Returns the sum of this usage and the given one.</summary>
    public ModelUsage Plus(ModelUsage other) =>
        new(Tokens.Plus(other.Tokens), CostUsd + other.CostUsd, Math.Max(ContextWindow, other.ContextWindow));
}

/// <summary>Token counts and cost of an agent run, by model and in total.</summary>
/// <param name="Models">Usage by model name.</param>
public sealed record AgentUsage(IReadOnlyDictionary<string, ModelUsage> Models)
{
    /// <summary>Usage of an agent run that used no tokens.</summary>
    public static AgentUsage None { get; } = new(new Dictionary<string, ModelUsage>());

    /// <summary>Total cost of all models, in US dollars.</summary>
    public decimal CostUsd => Models.Values.Sum(model => model.CostUsd);

    /// <summary>Total token counts of all models.</summary>
    public TokenUsage Tokens => Models.Values.Aggregate(TokenUsage.Zero, (sum, model) => sum.Plus(model.Tokens));

    /// <summary>Returns the sum of this usage and the given one, by model.</summary>
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
