namespace Orchestrator.Messages;

/// <summary>Why a task or a run is in its state, or what an event tells: a kind (its type) with the facts of it. Each kind is declared in
/// <c>TaskReasons</c>, <c>WorkReasons</c>, <c>RunReasons</c> or <c>PersonReasons</c>, and <see cref="ReasonText"/> has its words. Facts are
/// ids, numbers, times, other reasons, and texts of others (<see cref="Quote"/>): there is no reason that is a free sentence.</summary>
[JsonConverter(typeof(ReasonJson))]
public abstract record Reason
{
    private protected Reason() { }

    /// <summary>Name of the kind in JSON, such as <c>dependency-ended</c>.</summary>
    [JsonIgnore]
    public string Kind => ReasonJson.NameOf(GetType());

    /// <summary>The reason in words.</summary>
    public sealed override string ToString() => ReasonText.Of(this);
}

/// <summary>A text that a reason repeats and did not make: of an agent, a person, git or another program, or what a step on a machine has
/// found, as it tells the agent and people.</summary>
[JsonConverter(typeof(QuoteJson))]
public sealed record Quote
{
    /// <summary>Repeats a text.</summary>
    /// <param name="text">The text; all beyond <see cref="PayloadPaging.MostReason"/> characters is cut.</param>
    public Quote(string text) => Text = PayloadPaging.Brief(text);

    /// <summary>The text that was quoted.</summary>
    public string Text { get; }

    /// <summary>Repeats the first texts that have at most <see cref="PayloadPaging.MostReason"/> characters together, at least one where
    /// there is one.</summary>
    public static IReadOnlyList<Quote> All(IEnumerable<string> texts)
    {
        var (quotes, length) = (new List<Quote>(), 0);
        foreach (var quote in texts.Select(text => new Quote(text)))
        {
            length += quote.Text.Length;
            if (length > PayloadPaging.MostReason && quotes.Count > 0)
            {
                break;
            }
            quotes.Add(quote);
        }
        return quotes;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A person who has decided something.</summary>
/// <param name="Name">The person and which client they used, such as <c>kim@laptop</c>; empty: unknown.</param>
/// <param name="Words">Their own reason; null: they gave none.</param>
public sealed record Person(string Name, Quote? Words = null)
{
    /// <summary>The author of a command.</summary>
    /// <param name="name">What the caller gave; empty: nothing.</param>
    /// <param name="words">Their reason; empty: none.</param>
    public static Person Of(string name, string words = "") => new(name, words.Length > 0 ? new Quote(words) : null);

    /// <summary>The author of a command about the run as a whole.</summary>
    /// <param name="command">The command; null: without a name.</param>
    public static Person Of(PersonCommand? command) => Of(command?.By ?? "", command?.Reason ?? "");

    /// <summary>The same person without their reason.</summary>
    [JsonIgnore]
    public Person WithoutWords => this with { Words = null };

    /// <summary>The name, for records.</summary>
    [JsonIgnore]
    public string Who => Name.Length > 0 ? Name : "a person";

    /// <summary>The one who said it, with their reason.</summary>
    public override string ToString() => Words is null ? Who : $"{Who}: {Words}";
}
