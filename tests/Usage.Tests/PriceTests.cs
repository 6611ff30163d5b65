using Xunit;

namespace Orchestrator.Usage.Tests;

public sealed class PriceTests
{
    [Theory]
    [InlineData("claude-opus-4-8", 5)]
    [InlineData("claude-opus-4-8[1m]", 5)]
    [InlineData("claude-opus-4-1-20250805", 15)]
    [InlineData("claude-opus-4-20250514", 15)]
    [InlineData("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3)]
    [InlineData("claude-haiku-4-5-20251001", 1)]
    [InlineData("sonnet", 3)]
    public void Find_KnownModel_HasAPrice(string model, int input) =>
        Assert.Equal(input * MicroDollars.PerDollar, PriceTable.Default.Find(model)!.Input);

    [Theory]
    [InlineData("gpt-5")]
    [InlineData("claude-opus-4-10")]
    [InlineData("sonnet-like")]
    [InlineData("")]
    public void Find_UnknownModel_IsNotGuessed(string model) => Assert.Null(PriceTable.Default.Find(model));

    [Fact]
    public void Find_PriceOfTheUser_GoesFirst()
    {
        PriceTable table = new(new Dictionary<string, ModelPrice> { ["gpt-5"] = ModelPrice.Dollars(1, 2, 0, 0) });

        Assert.Equal(3_000_000, table.Find("gpt-5")!.Of(new TokenCounts(1_000_000, 1_000_000, 7, 7)));
    }

    /// <summary>The figures of a result line of the CLI.</summary>
    [Fact]
    public void Of_TokensOfAResult_IsWhatTheProgramSays() =>
        Assert.Equal(53_460, PriceTable.Default.Find("claude-opus-4-8")!.Of(new TokenCounts(10_007, 137, 0, 0)));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(12_345_678, "12.35")]
    [InlineData(8_500, "0.0085")]
    public void Text_Money_HasCentsOrMore(long micros, string expected) => Assert.Equal(expected, MicroDollars.Text(micros));
}
