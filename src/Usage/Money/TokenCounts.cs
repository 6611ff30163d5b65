using System.Runtime.InteropServices;

namespace Orchestrator.Usage;

/// <summary>Numbers of tokens by price category.</summary>
/// <param name="Input">Input tokens that were not cached.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheRead">Input tokens read from the prompt cache.</param>
/// <param name="CacheWrite">Input tokens written to the prompt cache.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenCounts(long Input, long Output, long CacheRead, long CacheWrite)
{
    /// <summary>Total number of tokens.</summary>
    public long Total => Input + Output + CacheRead + CacheWrite;

    /// <summary>Adds two counts.</summary>
    public TokenCounts Plus(TokenCounts other) =>
        new(Input + other.Input, Output + other.Output, CacheRead + other.CacheRead, CacheWrite + other.CacheWrite);
}

/// <summary>An amount of money and tokens.</summary>
/// <param name="Micros">Millionths of a US dollar.</param>
/// <param name="Tokens">Tokens of all categories.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MoneyAndTokenAmount(long Micros, long Tokens)
{
    /// <summary>Zero money and zero tokens.</summary>
    public static MoneyAndTokenAmount Zero { get; }

    /// <summary>Adds two amounts.</summary>
    public MoneyAndTokenAmount Plus(MoneyAndTokenAmount other) => new(Micros + other.Micros, Tokens + other.Tokens);
}
