namespace Orchestrator.Messages;

/// <summary>Reason for the state of a task or run, or the content of an event: a kind (the type) with its data. The kinds are declared in
/// <c>TaskReasons</c>, <c>WorkReasons</c>, <c>RunReasons</c> and <c>PersonReasons</c>; <see cref="ReasonText"/> formats them. Data are
/// ids, numbers, times, other reasons and quoted texts (<see cref="Quote"/>). A reason is never a free sentence.</summary>
[JsonConverter(typeof(ReasonJsonConverter))]
public abstract record Reason
{
    private protected Reason() { }

    /// <summary>Name of the kind in JSON, such as <c>dependency-ended</c>.</summary>
    [JsonIgnore]
    public string Kind => ReasonJsonConverter.NameOf(GetType());

    /// <summary>Returns the reason as text.</summary>
    public sealed override string ToString() => ReasonText.Of(this);
}

/// <summary>A quoted text from outside: from an agent, a user, git or another program. Also the findings of an activity, in the words
/// shown to the agent and to users.</summary>
[JsonConverter(typeof(QuoteJsonConverter))]
public sealed record Quote
{
    /// <summary>Quotes a text.</summary>
    /// <param name="text">The text, truncated to <see cref="PayloadPaging.MostReason"/> characters.</param>
    public Quote(string text) => Text = PayloadPaging.Brief(text);

    /// <summary>The quoted text.</summary>
    public string Text { get; }

    /// <summary>Quotes the first texts with a total of at most <see cref="PayloadPaging.MostReason"/> characters. Quotes at least one
    /// text, unless the list is empty.</summary>
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

/// <summary>A user who has made a decision.</summary>
/// <param name="Name">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
/// <param name="Words">The reason given by the user, or null for none.</param>
public sealed record Person(string Name, Quote? Words = null)
{
    /// <summary>Creates the author of a command.</summary>
    /// <param name="name">The name given by the caller; empty for none.</param>
    /// <param name="words">The user's reason; empty for none.</param>
    public static Person Of(string name, string words = "") => new(name, words.Length > 0 ? new Quote(words) : null);

    /// <summary>Creates the author of a command about the run as a whole.</summary>
    /// <param name="command">The command, or null for an unnamed author.</param>
    public static Person Of(PersonCommand? command) => Of(command?.By ?? "", command?.Reason ?? "");

    /// <summary>The same user without their reason.</summary>
    [JsonIgnore]
    public Person WithoutWords => this with { Words = null };

    /// <summary>The name, for records.</summary>
    [JsonIgnore]
    public string Who => Name.Length > 0 ? Name : "a user";

    /// <summary>Returns the user's name, with their reason if given.</summary>
    public override string ToString() => Words is null ? Who : $"{Who}: {Words}";
}
