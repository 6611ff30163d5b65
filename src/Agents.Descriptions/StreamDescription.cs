namespace Orchestrator.Agents.Descriptions;

/// <summary>The meaning of a program's output.</summary>
public sealed record StreamDescription
{
    /// <summary>The form of the output.</summary>
    /// <value>Default: <see cref="StreamFormat.Json"/>.</value>
    public StreamFormat Format { get; init; }

    /// <summary>Path of the member that names the kind of an event.</summary>
    /// <value>Default: <c>type</c>.</value>
    public string Kind
    {
        get;
        init => field = value ?? field;
    } = "type";

    /// <summary>The meanings of events. Several rules may apply to one event.</summary>
    public IReadOnlyList<EventRule> Events
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The subject of its counts of tokens and cost.</summary>
    /// <value>Default: <see cref="UsageScope.Start"/>.</value>
    public UsageScope UsageOf { get; init; }
}

/// <summary>Form of an output.</summary>
public enum StreamFormat
{
    /// <summary>A JSON object per line. Other lines are tolerated and mean nothing.</summary>
    Json,

    /// <summary>Text for people; exit code 0 claims that the work is done.</summary>
    Text,
}

/// <summary>The subject of an event's counts.</summary>
public enum UsageScope
{
    /// <summary>This start so far: the last count is the sum.</summary>
    Start,

    /// <summary>The step that ends with it: counts are added up.</summary>
    Step,

    /// <summary>The whole conversation, earlier starts included, whose last count is subtracted.</summary>
    Conversation,
}

/// <summary>Meaning of one kind of event. Paths are members by name, separated by dots; a missing one means nothing.</summary>
public sealed record EventRule
{
    /// <summary>The kind.</summary>
    public required string On { get; init; }

    /// <summary>Values that the event must have, by path; <c>*</c> is any.</summary>
    public IReadOnlyDictionary<string, string> Where
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>Path of the conversation's id.</summary>
    public string? Session { get; init; }

    /// <summary>Path of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Path of a text that the agent wrote.</summary>
    public string? Text { get; init; }

    /// <summary>Path of a piece of such a text; pieces in a row are one text.</summary>
    public string? TextPiece { get; init; }

    /// <summary>A tool call.</summary>
    public ToolRule? Tool { get; init; }

    /// <summary>Path of the message of a tool call that failed.</summary>
    public string? ToolError { get; init; }

    /// <summary>Path of an error that the program may get over.</summary>
    public string? Retry { get; init; }

    /// <summary>Path of an error; it counts if the program then ends without being done.</summary>
    public string? Error { get; init; }

    /// <summary>Path of a remark that is no error.</summary>
    public string? Warning { get; init; }

    /// <summary>Counts.</summary>
    public UsageRule? Usage { get; init; }

    /// <summary>The event ends the work so.</summary>
    public EventEnd End { get; init; }
}

/// <summary>The way in which an event ends the work.</summary>
public enum EventEnd
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The agent claims that it is done.</summary>
    Done,

    /// <summary>The program reports failure; <see cref="EventRule.Error"/> is why.</summary>
    Failed,
}

/// <summary>Paths of a tool call.</summary>
public sealed record ToolRule
{
    /// <summary>Path of the call's id; null: it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Path of the tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>Paths of its subject (file, command); the first that is there counts.</summary>
    public IReadOnlyList<string> Subject
    {
        get;
        init => field = value ?? field;
    } = [];
}

/// <summary>Paths of counts of tokens, and of the cost in US dollars.</summary>
public sealed record UsageRule
{
    /// <summary>Input tokens without those from the cache.</summary>
    public string? Input { get; init; }

    /// <summary>All input tokens, those from the cache included.</summary>
    public string? InputWithCached { get; init; }

    /// <summary>Output tokens.</summary>
    public string? Output { get; init; }

    /// <summary>Input tokens read from the cache.</summary>
    public string? Cached { get; init; }

    /// <summary>Input tokens written to the cache.</summary>
    public string? CacheWrite { get; init; }

    /// <summary>Cost in US dollars.</summary>
    public string? Cost { get; init; }
}
