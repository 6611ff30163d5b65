namespace Orchestrator.Usage;

/// <summary>Prices of a model per million tokens, in millionths of a US dollar.</summary>
/// <param name="Input">Price of uncached input tokens.</param>
/// <param name="Output">Price of output tokens.</param>
/// <param name="CacheRead">Price of input tokens read from the prompt cache.</param>
/// <param name="CacheWrite">Price of input tokens written to the prompt cache for one hour. This is the more expensive kind; usage records
/// do not distinguish the two kinds.</param>
public sealed record ModelPrice(long Input, long Output, long CacheRead, long CacheWrite)
{
    private const long Million = 1_000_000;

    /// <summary>Computes the price of the given token counts in millionths of a US dollar, rounded up.</summary>
    public long Of(TokenCounts tokens)
    {
        var sum =
            ((decimal)tokens.Input * Input)
            + ((decimal)tokens.Output * Output)
            + ((decimal)tokens.CacheRead * CacheRead)
            + ((decimal)tokens.CacheWrite * CacheWrite);
        return (long)Math.Min(Math.Ceiling(sum / Million), long.MaxValue / 4);
    }

    /// <summary>Creates a price from US dollars per million tokens.</summary>
    public static ModelPrice Dollars(decimal input, decimal output, decimal cacheRead, decimal cacheWrite) =>
        new(MicroDollars.Of(input), MicroDollars.Of(output), MicroDollars.Of(cacheRead), MicroDollars.Of(cacheWrite));
}
