using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Computes the usage of an agent run from printed counts. A count covers the agent run, one step or the whole
/// conversation.</summary>
/// <param name="scope">Scope of the counts.</param>
internal sealed class DescribedUsage(UsageScope scope)
{
    private DescribedCount _last = DescribedCount.Zero;
    private DescribedCount? _before;

    /// <summary>True if the program printed at least one count.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Last count, as printed by the program.</summary>
    internal DescribedCount LastPrinted { get; private set; } = DescribedCount.Zero;

    /// <summary>Returns the usage of this agent run.</summary>
    /// <param name="before">Returns the conversation's last count before this run. Called at most once, and only if needed.</param>
    internal DescribedCount OfStart(Func<DescribedCount> before) =>
        scope != UsageScope.Conversation || !IsKnown ? _last
        : LastPrinted.IsAtLeast(_before ??= before()) ? LastPrinted.Minus(_before)
        // The program reset the counts of the conversation.
        : LastPrinted;

    internal void Add(DescribedCount count)
    {
        IsKnown = true;
        LastPrinted = count;
        _last = scope == UsageScope.Step ? _last.Plus(count) : count;
    }
}

/// <summary>Token counts and cost in US dollars, as printed by a program.</summary>
internal sealed record DescribedCount(TokenUsage Tokens, decimal CostUsd)
{
    internal static DescribedCount Zero { get; } = new(TokenUsage.Zero, 0);

    /// <summary>Reads the counts of an event.</summary>
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
