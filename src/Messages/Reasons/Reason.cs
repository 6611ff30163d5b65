namespace Orchestrator.Messages;

/// <summary>
/// Reason for the state of a task or run, or the content of an event. A reason consists of a kind, which is its type, and of data: ids,
/// numbers, times, other reasons and quoted text (<see cref="VerbatimQuote"/>). The data never contains sentences written by this program.
/// The kinds are declared in <c>TaskReasons</c>, <c>WorkReasons</c>, <c>RunReasons</c> and <c>PersonReasons</c>, and
/// <see cref="StatusReasonFormatter"/> formats them.
/// </summary>
[JsonConverter(typeof(StatusReasonJsonConverter))]
public abstract record Reason
{
    private protected Reason() { }

    /// <summary>Name of the kind in JSON, such as <c>dependency-ended</c>.</summary>
    [JsonIgnore]
    public string Kind => StatusReasonJsonConverter.NameOf(GetType());

    /// <summary>Returns the reason as text.</summary>
    public sealed override string ToString() => StatusReasonFormatter.Of(this);
}

/// <summary>
/// Text from an agent, a user, git or another program, quoted without interpretation. Also holds an activity's message to the agent and to
/// users.
/// </summary>
[JsonConverter(typeof(VerbatimQuoteJsonConverter))]
public sealed record VerbatimQuote
{
    /// <summary>Creates a quote and truncates the text if necessary.</summary>
    /// <param name="text">The text, truncated to <see cref="PayloadSizeLimiter.MostReason"/> characters.</param>
    public VerbatimQuote(string text) => Text = PayloadSizeLimiter.Shorten(text);

    /// <summary>Quoted text, possibly truncated.</summary>
    public string Text { get; }

    /// <summary>
    /// Quotes strings from the start of a list, up to <see cref="PayloadSizeLimiter.MostReason"/> characters in total. Quotes at least one
    /// string, unless the list is empty.
    /// </summary>
    public static IReadOnlyList<VerbatimQuote> All(IEnumerable<string> texts)
    {
        var (quotes, length) = (new List<VerbatimQuote>(), 0);
        foreach (var quote in texts.Select(text => new VerbatimQuote(text)))
        {
            length += quote.Text.Length;
            if (length > PayloadSizeLimiter.MostReason && quotes.Count > 0)
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

/// <summary>A user who made a decision, and the reason that the user gave for it.</summary>
/// <param name="Name">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
/// <param name="Words">Reason given by the user, or null if none was given.</param>
public sealed record DecidingUser(string Name, VerbatimQuote? Words = null)
{
    /// <summary>Creates the record of the user who sent a command.</summary>
    /// <param name="name">Name given by the caller; empty if none was given.</param>
    /// <param name="words">Reason given by the user; empty if none was given.</param>
    public static DecidingUser Of(string name, string words = "") => new(name, words.Length > 0 ? new VerbatimQuote(words) : null);

    /// <summary>Creates the record of the user who sent a command that applies to the run as a whole.</summary>
    /// <param name="command">The command, or null if its author is unknown.</param>
    public static DecidingUser Of(RunSteeringArguments? command) => Of(command?.By ?? "", command?.Reason ?? "");

    /// <summary>Copy of the record without the user's reason.</summary>
    [JsonIgnore]
    public DecidingUser WithoutWords => this with { Words = null };

    /// <summary>User's name, or <c>a user</c> if the name is unknown.</summary>
    [JsonIgnore]
    public string Who => Name.Length > 0 ? Name : "a user";

    /// <summary>Returns the user's name, followed by the reason if there is one.</summary>
    public override string ToString() => Words is null ? Who : $"{Who}: {Words}";
}
