using Orchestrator.Usage;

namespace Orchestrator.App.Documents;

/// <summary>Converts usage totals to documents.</summary>
public static class UsageDocumentBuilder
{
    /// <summary>Converts one usage total to a document.</summary>
    public static UsageGroupTotal Of(UsageSum sum) =>
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
