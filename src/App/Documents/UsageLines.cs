using Orchestrator.Usage;

namespace Orchestrator.App.Documents;

/// <summary>Sums of the ledgers as documents say them.</summary>
public static class UsageLines
{
    /// <summary>One sum.</summary>
    public static UsageLine Of(UsageSum sum) =>
        new(
            sum.Name,
            sum.Repository,
            sum.Starts,
            sum.Tokens.Input,
            sum.Tokens.Output,
            sum.Tokens.CacheRead,
            sum.Tokens.CacheWrite,
            MicroDollars.ToDollars(sum.Micros),
            sum.IsWhole,
            sum.Last
        );
}
