using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Settings.Tests;

public sealed class AccountUsageSettingsTests
{
    private static SettingsLoadResult Load(string file) =>
        SettingsLoader.Load(new RawSettingSourceContent { IsTrusted = true, RepositoryFile = new("config.yaml", file) });

    [Theory]
    [InlineData("20", 20.0, null)]
    [InlineData("$7.50", 7.5, null)]
    [InlineData("12 USD", 12.0, null)]
    [InlineData("2M tokens", null, 2_000_000)]
    [InlineData("500 k tokens", null, 500_000)]
    [InlineData("1000tokens", null, 1000)]
    public void Budget_MoneyOrTokens_IsRead(string text, double? usd, int? tokens)
    {
        var settings = Load($"budget: {{run: '{text}'}}").Settings!;

        Assert.Equal(new BudgetAmount((decimal?)usd, tokens), settings.Budget.Run);
        Assert.Null(settings.Budget.Day);
    }

    [Theory]
    [InlineData("0", "a budget of 0 would start no agent; for no limit write off.")]
    [InlineData("$0.00", "a budget of 0 would start no agent; for no limit write off.")]
    [InlineData("-5", "'-5' is not a positive amount in US dollars")]
    [InlineData("much", "'much' is not a positive amount in US dollars")]
    [InlineData("0 tokens", "'0 tokens' is not a positive amount in US dollars")]
    [InlineData("1e9", "'1e9' is not a positive amount in US dollars")]
    [InlineData("99999999", "'99999999' is not a positive amount in US dollars")]
    public void Budget_ThatMeansNothing_IsAnErrorWithItsLine(string text, string message)
    {
        var fault = Assert.Single(Load($"budget:\n  run: '{text}'\n").Errors);

        Assert.Equal("budget.run", fault.Key);
        Assert.Equal(2, fault.Source.Line);
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prices_OfTheUser_AreReadWithCachedTokensAsOthers()
    {
        var prices = Load(
            "prices: [{model: gpt-5.1, input: 1.25, output: 10}, {model: x, input: 1, output: 2, cache_read: 0.1, cache_write: 3}]"
        ).Settings!.Usage.Prices;

        Assert.Equal([new("gpt-5.1", 1.25m, 10, 1.25m, 1.25m), new ModelPriceSetting("x", 1, 2, 0.1m, 3)], prices);
    }

    [Theory]
    [InlineData("{gpt: 5}", "'{gpt: 5}' is not a list of mappings")]
    [InlineData("[{input: 1, output: 2}]", "each entry needs 'model', 'input' and 'output'.")]
    [InlineData("[{model: x, input: 1}]", "'output' is missing.")]
    [InlineData("[{model: x, input: free, output: 2}]", "'free' is not a valid")]
    [InlineData("[{model: x, input: 0, output: 2}]", "'0' is not a valid")]
    [InlineData("[{model: x, input: -1, output: 2}]", "'-1' is not a valid")]
    [InlineData("[{model: x, input: 1, output: 2, cached: 1}]", "'cached' is not part of a price")]
    [InlineData("[{model: x, input: 1, output: 2}, {model: x, input: 3, output: 4}]", "'x' has two prices.")]
    public void Prices_Nonsense_IsAnErrorThatSaysWhat(string table, string message)
    {
        var errors = Load($"prices: {table}\n").Errors;

        Assert.Contains(errors, fault => fault.Message.StartsWith(message, StringComparison.Ordinal));
        Assert.All(errors, fault => Assert.Equal(1, fault.Source.Line));
    }

    [Fact]
    public void Usage_WarningAfterThePause_IsAnError() =>
        Assert.Contains(Load("usage: {warn_at: 97 %}\n").Errors, fault => fault.Message == "97 is more than usage.pause_at (95).");
}
