using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>The usage of one start, from counts that may be about the start, one step, or the whole conversation.</summary>
/// <param name="scope">What the counts are about.</param>
internal sealed class DescribedUsage(UsageScope scope)
{
    private DescribedCount _last = DescribedCount.Zero;
    private DescribedCount? _before;

    /// <summary>A count was printed.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>The last count as it was printed.</summary>
    internal DescribedCount LastPrinted { get; private set; } = DescribedCount.Zero;

    /// <summary>The usage of this start.</summary>
    /// <param name="before">The conversation's last count before this start; asked once, and only where it is needed.</param>
    internal DescribedCount OfStart(Func<DescribedCount> before) =>
        scope != UsageScope.Conversation || !IsKnown ? _last
        : LastPrinted.IsAtLeast(_before ??= before()) ? LastPrinted.Minus(_before)
        // The conversation's count has begun anew.
        : LastPrinted;

    internal void Add(DescribedCount count)
    {
        IsKnown = true;
        LastPrinted = count;
        _last = scope == UsageScope.Step ? _last.Plus(count) : count;
    }
}

/// <summary>Tokens and cost, as a program printed them.</summary>
internal sealed record DescribedCount(TokenUsage Tokens, decimal CostUsd)
{
    internal static DescribedCount Zero { get; } = new(TokenUsage.Zero, 0);

    /// <summary>The counts of an event.</summary>
    internal static DescribedCount Read(UsageRule rule, JsonElement root)
    {
        var cached = root.CountAt(rule.Cached);
        var input = rule.InputWithCached is null ? root.CountAt(rule.Input) : Math.Max(0, root.CountAt(rule.InputWithCached) - cached);
        return new DescribedCount(
            new TokenUsage(input, root.CountAt(rule.Output), cached, root.CountAt(rule.CacheWrite)),
            root.MoneyAt(rule.Cost)
        );
    }

    internal DescribedCount Plus(DescribedCount other) => new(Tokens.Plus(other.Tokens), CostUsd + other.CostUsd);

    internal DescribedCount Minus(DescribedCount other) =>
        new(
            new TokenUsage(
                Tokens.Input - other.Tokens.Input,
                Tokens.Output - other.Tokens.Output,
                Tokens.CacheRead - other.Tokens.CacheRead,
                Tokens.CacheWrite - other.Tokens.CacheWrite
            ),
            CostUsd - other.CostUsd
        );

    internal bool IsAtLeast(DescribedCount other) =>
        Tokens.Input >= other.Tokens.Input
        && Tokens.Output >= other.Tokens.Output
        && Tokens.CacheRead >= other.Tokens.CacheRead
        && Tokens.CacheWrite >= other.Tokens.CacheWrite
        && CostUsd >= other.CostUsd;
}
