using System.Globalization;

namespace Orchestrator.Settings;

/// <summary>Setting types for usage and budgets.</summary>
internal static class UsageAndBudgetSettingConverters
{
    private const string PriceForm =
        "a list of mappings with the keys 'model', 'input' and 'output', and optionally 'cache_read' and 'cache_write'";
    private const decimal MostPerMillion = 100_000m;
    private static readonly string[] PriceKeys = ["model", "input", "output", "cache_read", "cache_write"];

    /// <summary>A percentage.</summary>
    public static SettingValueConverter<int> Percent { get; } =
        new(
            "a percentage from 1 to 100",
            (YamlOrJsonNode raw, FaultSink faults, out int value) =>
                SettingValueParser.ReadScalar(
                    raw,
                    "a percentage from 1 to 100",
                    faults,
                    out value,
                    text =>
                        int.TryParse(text.TrimEnd('%', ' '), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
                        && percent is >= 1 and <= 100
                            ? percent
                            : null
                ),
            value => value.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>Limit of a budget, or null if the budget is turned off.</summary>
    public static SettingValueConverter<BudgetAmount?> BudgetOrOff { get; } =
        new(
            $"{BudgetAmount.Accepts}, or off",
            ReadBudget,
            value => value is null ? "off" : CommonSettingConverters.Quote(value.ToString())
        );

    /// <summary>Prices of models.</summary>
    public static SettingValueConverter<IReadOnlyList<ModelPriceSetting>> Prices { get; } = new(PriceForm, ReadPrices, WritePrices);

    private static bool ReadBudget(YamlOrJsonNode raw, FaultSink faults, out BudgetAmount? value)
    {
        value = null;
        if (raw is not ScalarNode { Text: var text })
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not {BudgetAmount.Accepts}.", raw.Line);
            return false;
        }
        if (text is "off" or "none" or "false")
        {
            return true;
        }
        value = BudgetAmount.TryRead(text);
        if (value is null)
        {
            var isZero =
                decimal.TryParse(text.Trim('$', ' '), NumberStyles.Number, CultureInfo.InvariantCulture, out var zero) && zero == 0;
            faults(
                isZero ? "a budget of 0 would start no agent; for no limit write off." : $"'{text}' is not {BudgetAmount.Accepts}.",
                raw.Line
            );
        }
        return value is not null;
    }

    private static bool ReadPrices(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<ModelPriceSetting> value)
    {
        var prices = new List<ModelPriceSetting>();
        value = prices;
        if (raw is not SequenceNode list)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not {PriceForm}.", raw.Line);
            return false;
        }
        var good = true;
        foreach (var item in list.Items)
        {
            good &= ReadPrice(item, faults, prices);
        }
        return good;
    }

    private static bool ReadPrice(YamlOrJsonNode raw, FaultSink faults, List<ModelPriceSetting> prices)
    {
        if (raw is not MappingNode map || Member(map, "model") is not ScalarNode { Text.Length: > 0 } model)
        {
            faults("each entry needs 'model', 'input' and 'output'.", raw.Line);
            return false;
        }
        if (map.Entries.FirstOrDefault(entry => !PriceKeys.Contains(entry.Key.Text)).Key is { } unknown)
        {
            faults($"'{unknown.Text}' is not part of a price; known parts are {string.Join(", ", PriceKeys)}.", unknown.Line);
            return false;
        }
        if (prices.Exists(price => price.Model == model.Text))
        {
            faults($"'{model.Text}' has two prices.", model.Line);
            return false;
        }
        var input = Dollars(map, "input", faults);
        var output = Dollars(map, "output", faults);
        // If cached tokens have no price of their own, they cost the same as uncached ones.
        var cacheRead = Member(map, "cache_read") is null ? input : Dollars(map, "cache_read", faults);
        var cacheWrite = Member(map, "cache_write") is null ? input : Dollars(map, "cache_write", faults);
        if (input is null || output is null || cacheRead is null || cacheWrite is null)
        {
            return false;
        }
        prices.Add(new ModelPriceSetting(model.Text, input.Value, output.Value, cacheRead.Value, cacheWrite.Value));
        return true;
    }

    private static decimal? Dollars(MappingNode map, string key, FaultSink faults)
    {
        if (Member(map, key) is not { } raw)
        {
            faults($"'{key}' is missing.", map.Line);
            return null;
        }
        if (
            raw is ScalarNode scalar
            && decimal.TryParse(scalar.Text.Trim('$', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
            && dollars is > 0 and <= MostPerMillion
        )
        {
            return dollars;
        }
        faults(
            $"'{YamlOrJsonNodeFormatter.Of(raw)}' is not a valid '{key}'; give US dollars per million tokens, such as 3 or 0.25.",
            raw.Line
        );
        return null;
    }

    private static YamlOrJsonNode? Member(MappingNode map, string key) => map.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    private static string WritePrices(IReadOnlyList<ModelPriceSetting> prices) =>
        "["
        + string.Join(
            ", ",
            prices.Select(price =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{{model: {CommonSettingConverters.Quote(price.Model)}, input: {price.Input}, output: {price.Output}, "
                ) + string.Create(CultureInfo.InvariantCulture, $"cache_read: {price.CacheRead}, cache_write: {price.CacheWrite}}}")
            )
        )
        + "]";
}
