using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Computes the usage of an agent run from the counts that its program prints. Depending on the program, a count covers the agent run, one
/// step or the whole conversation.
/// </summary>
/// <param name="scope">Scope of the counts.</param>
internal sealed class DescribedAgentUsageCounter(UsageCountPeriod scope)
{
    private PrintedTokensAndCost _last = PrintedTokensAndCost.Zero;
    private PrintedTokensAndCost? _before;

    /// <summary>True if the program printed at least one count.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Last count, as printed by the program.</summary>
    internal PrintedTokensAndCost LastPrinted { get; private set; } = PrintedTokensAndCost.Zero;

    /// <summary>Returns the usage of this agent run.</summary>
    /// <param name="before">Returns the conversation's last count before this run. Called at most once, and only if needed.</param>
    internal PrintedTokensAndCost OfStart(Func<PrintedTokensAndCost> before) =>
        scope != UsageCountPeriod.Conversation || !IsKnown ? _last
        : LastPrinted.IsAtLeast(_before ??= before()) ? LastPrinted.Minus(_before)
        // The program reset the counts of the conversation.
        : LastPrinted;

    internal void Add(PrintedTokensAndCost count)
    {
        IsKnown = true;
        LastPrinted = count;
        _last = scope == UsageCountPeriod.Step ? _last.Plus(count) : count;
    }
}

/// <summary>Token counts and cost in US dollars, as printed by a program.</summary>
internal sealed record PrintedTokensAndCost(TokenUsage Tokens, decimal CostUsd)
{
    internal static PrintedTokensAndCost Zero { get; } = new(TokenUsage.Zero, 0);

    /// <summary>Reads the counts of an event.</summary>
    internal static PrintedTokensAndCost Read(UsageCountJsonPaths rule, JsonElement root)
    {
        var cached = root.CountAt(rule.Cached);
        var input = rule.InputWithCached is null ? root.CountAt(rule.Input) : Math.Max(0, root.CountAt(rule.InputWithCached) - cached);
        return new PrintedTokensAndCost(
            new TokenUsage(input, root.CountAt(rule.Output), cached, root.CountAt(rule.CacheWrite)),
            root.MoneyAt(rule.Cost)
        );
    }

    internal PrintedTokensAndCost Plus(PrintedTokensAndCost other) => new(Tokens.Plus(other.Tokens), CostUsd + other.CostUsd);

    internal PrintedTokensAndCost Minus(PrintedTokensAndCost other) =>
        new(
            new TokenUsage(
                Tokens.Input - other.Tokens.Input,
                Tokens.Output - other.Tokens.Output,
                Tokens.CacheRead - other.Tokens.CacheRead,
                Tokens.CacheWrite - other.Tokens.CacheWrite
            ),
            CostUsd - other.CostUsd
        );

    internal bool IsAtLeast(PrintedTokensAndCost other) =>
        Tokens.Input >= other.Tokens.Input
        && Tokens.Output >= other.Tokens.Output
        && Tokens.CacheRead >= other.Tokens.CacheRead
        && Tokens.CacheWrite >= other.Tokens.CacheWrite
        && CostUsd >= other.CostUsd;
}
