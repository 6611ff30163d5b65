namespace Orchestrator.Usage;

/// <summary>The price of a million tokens of a model, in millionths of a US dollar.</summary>
/// <param name="Input">Input that is not cached.</param>
/// <param name="Output">Output.</param>
/// <param name="CacheRead">Input read from the prompt cache.</param>
/// <param name="CacheWrite">Input written to the prompt cache, for an hour: the dearer kind, because a record does not say which.</param>
public sealed record ModelPrice(long Input, long Output, long CacheRead, long CacheWrite)
{
    private const long Million = 1_000_000;

    /// <summary>The price of tokens in millionths of a US dollar, rounded up.</summary>
    public long Of(TokenCounts tokens)
    {
        var sum =
            ((decimal)tokens.Input * Input)
            + ((decimal)tokens.Output * Output)
            + ((decimal)tokens.CacheRead * CacheRead)
            + ((decimal)tokens.CacheWrite * CacheWrite);
        return (long)Math.Min(Math.Ceiling(sum / Million), long.MaxValue / 4);
    }

    /// <summary>A price in US dollars per million tokens.</summary>
    public static ModelPrice Dollars(decimal input, decimal output, decimal cacheRead, decimal cacheWrite) =>
        new(MicroDollars.Of(input), MicroDollars.Of(output), MicroDollars.Of(cacheRead), MicroDollars.Of(cacheWrite));
}
