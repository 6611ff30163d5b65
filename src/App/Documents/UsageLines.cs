using Orchestrator.Usage;

namespace Orchestrator.App.Documents;

/// <summary>Converts totals of the ledgers to documents.</summary>
public static class UsageLines
{
    /// <summary>Converts one total.</summary>
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
