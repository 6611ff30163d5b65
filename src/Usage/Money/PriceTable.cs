namespace Orchestrator.Usage;

/// <summary>
/// Prices of models. Agent programs report their cost only when they end, so this table is used for running and killed agents. The table
/// also determines whether a money budget can limit a model.
/// </summary>
/// <param name="own">Prices set by the user, which take precedence.</param>
public sealed class PriceTable(IReadOnlyDictionary<string, ModelPrice> own)
{
    /// <summary>Date on which the prices were copied from their source.</summary>
    public static DateOnly Date { get; } = new(2026, 11, 24);

    /// <summary>Source of the prices.</summary>
    public const string Source = "the model catalogue of the Claude Code CLI 2.1.328";

    // Names and name prefixes, longer ones first. haiku-5-5 has the price for prompts above 100,000 tokens, because a record does not show
    // which requests were that long.
    private static readonly (string Name, ModelPrice Price)[] Known =
    [
        .. new (string Name, ModelPrice Price)[]
        {
            ("claude-haiku-5-5", ModelPrice.Dollars(0.5m, 2.5m, 0.05m, 1m)),
            ("claude-haiku-4-5", ModelPrice.Dollars(1m, 5m, 0.1m, 2m)),
            ("claude-3-5-haiku", ModelPrice.Dollars(0.8m, 4m, 0.08m, 1.6m)),
            ("claude-3-5-sonnet", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("claude-3-7-sonnet", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("claude-sonnet-4", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("claude-sonnet-4-5", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("claude-sonnet-4-6", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("claude-sonnet-5", ModelPrice.Dollars(2m, 10m, 0.2m, 4m)),
            ("claude-sonnet-5-5", ModelPrice.Dollars(2m, 10m, 0.1m, 4m)),
            ("claude-opus-4", ModelPrice.Dollars(15m, 75m, 1.5m, 30m)),
            ("claude-opus-4-1", ModelPrice.Dollars(15m, 75m, 1.5m, 30m)),
            ("claude-opus-4-5", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("claude-opus-4-6", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("claude-opus-4-7", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("claude-opus-4-8", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("claude-opus-5", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("claude-opus-5-5", ModelPrice.Dollars(4m, 20m, 0.2m, 8m)),
            ("claude-fable-5", ModelPrice.Dollars(10m, 50m, 1m, 20m)),
            ("claude-fable-5-1", ModelPrice.Dollars(10m, 50m, 0.25m, 20m)),
            ("claude-fable-5-2", ModelPrice.Dollars(8m, 40m, 0.2m, 16m)),
            ("claude-mythos-5", ModelPrice.Dollars(10m, 50m, 1m, 20m)),
            ("claude-mythos-5-1", ModelPrice.Dollars(10m, 50m, 0.25m, 20m)),
            ("claude-mythos-5-2", ModelPrice.Dollars(8m, 40m, 0.2m, 16m)),
            // An alias means the newest model of its family. A later model may cost more, so the higher price is used.
            ("opus", ModelPrice.Dollars(5m, 25m, 0.5m, 10m)),
            ("sonnet", ModelPrice.Dollars(3m, 15m, 0.3m, 6m)),
            ("haiku", ModelPrice.Dollars(1m, 5m, 0.1m, 2m)),
            ("fable", ModelPrice.Dollars(10m, 50m, 1m, 20m)),
        }.OrderByDescending(known => known.Name.Length),
    ];

    /// <summary>Table that contains only the built-in prices.</summary>
    public static PriceTable Default { get; } = new(new Dictionary<string, ModelPrice>());

    /// <summary>Returns the price of a model, or null if it is unknown.</summary>
    /// <param name="model">Name or alias of the model. Accepts Bedrock's form (<c>eu.anthropic.claude-opus-4-8-v1:0</c>), and a date or
    /// <c>[1m]</c> at the end.</param>
    public ModelPrice? Find(string model)
    {
        if (own.GetValueOrDefault(model) is { } exact)
        {
            return exact;
        }
        var name = model.LastIndexOf("claude-", StringComparison.Ordinal) is > 0 and var at ? model[at..] : model;
        return Array.Find(Known, known => IsOf(name, known.Name)).Price;
    }

    // Another digit means another version: claude-opus-4-10 is not claude-opus-4-1. A date has eight digits.
    private static bool IsOf(string name, string known)
    {
        if (!name.StartsWith(known, StringComparison.Ordinal))
        {
            return false;
        }
        var rest = name.AsSpan(known.Length);
        return rest.IsEmpty
            || rest[0] is '[' or ':' or '@'
            || IsDate(rest)
            || rest.StartsWith("-v", StringComparison.Ordinal)
            || rest is "-0";
    }

    private static bool IsDate(ReadOnlySpan<char> rest) =>
        rest.Length >= 9 && rest[0] == '-' && !rest.Slice(1, 8).ContainsAnyExceptInRange('0', '9');
}
