namespace Orchestrator.Agents.Descriptions;

/// <summary>Describes how the output of a program is interpreted.</summary>
public sealed record AgentStreamDescription
{
    /// <summary>Format of the output.</summary>
    /// <value>Default: <see cref="AgentStreamFormat.Json"/>.</value>
    public AgentStreamFormat Format { get; init; }

    /// <summary>Path of the member that contains the kind of an event.</summary>
    /// <value>Default: <c>type</c>.</value>
    public string Kind
    {
        get;
        init => field = value ?? field;
    } = "type";

    /// <summary>Rules that interpret the events. Several rules may apply to the same event.</summary>
    public IReadOnlyList<AgentEventParsingRule> Events
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Period that the token counts and the cost of an event cover.</summary>
    /// <value>Default: <see cref="UsageCountPeriod.Start"/>.</value>
    public UsageCountPeriod UsageOf { get; init; }
}

/// <summary>Format of a program's output.</summary>
public enum AgentStreamFormat
{
    /// <summary>One JSON object per line. Other lines are ignored.</summary>
    Json,

    /// <summary>Plain text. Exit code 0 is taken as a claim that the work is done.</summary>
    Text,
}

/// <summary>Period that the counts of an event cover.</summary>
public enum UsageCountPeriod
{
    /// <summary>The counts cover the agent run so far, so the last count is the total.</summary>
    Start,

    /// <summary>The counts cover the step that ends with the event, so the counts of all events are summed.</summary>
    Step,

    /// <summary>The counts cover the whole conversation, so the last count of earlier agent runs is subtracted.</summary>
    Conversation,
}

/// <summary>Rule that interprets one kind of event. Paths are member names separated by dots. A missing member is ignored.</summary>
public sealed record AgentEventParsingRule
{
    /// <summary>Kind of event that the rule matches.</summary>
    public required string On { get; init; }

    /// <summary>Required values of the event's members, by member path; <c>*</c> matches any value.</summary>
    public IReadOnlyDictionary<string, string> Where
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>Path of the conversation's id.</summary>
    public string? Session { get; init; }

    /// <summary>Path of the model's name.</summary>
    public string? Model { get; init; }

    /// <summary>Path of text that the agent wrote.</summary>
    public string? Text { get; init; }

    /// <summary>Path of a fragment of the agent's text. Consecutive fragments are joined into one text.</summary>
    public string? TextPiece { get; init; }

    /// <summary>Paths of the members that describe a tool call.</summary>
    public ToolCallJsonPaths? Tool { get; init; }

    /// <summary>Path of the error message of a failed tool call.</summary>
    public string? ToolError { get; init; }

    /// <summary>Path of an error from which the program may recover.</summary>
    public string? Retry { get; init; }

    /// <summary>Path of an error message. The message is used only if the program then exits without claiming to be done.</summary>
    public string? Error { get; init; }

    /// <summary>Path of a warning, which does not affect the outcome of the agent run.</summary>
    public string? Warning { get; init; }

    /// <summary>Paths of the token counts in the event.</summary>
    public UsageCountJsonPaths? Usage { get; init; }

    /// <summary>Determines whether the event ends the agent's work.</summary>
    public AgentEndKind End { get; init; }
}

/// <summary>Determines whether an event of the agent's output ends the work, and with which outcome.</summary>
public enum AgentEndKind
{
    /// <summary>The event does not end the work.</summary>
    None,

    /// <summary>The agent claims that the work is done.</summary>
    Done,

    /// <summary>The program reports failure, with <see cref="AgentEventParsingRule.Error"/> as the reason.</summary>
    Failed,
}

/// <summary>Paths of the members that describe a tool call.</summary>
public sealed record ToolCallJsonPaths
{
    /// <summary>Path of the call's id, or null if calls have no id.</summary>
    public string? Id { get; init; }

    /// <summary>Path of the tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>Possible paths of the call's subject, such as a file or a command. The first path that exists is used.</summary>
    public IReadOnlyList<string> Subject
    {
        get;
        init => field = value ?? field;
    } = [];
}

/// <summary>Paths of token counts and of the cost in US dollars.</summary>
public sealed record UsageCountJsonPaths
{
    /// <summary>Path of the number of input tokens, excluding cached tokens.</summary>
    public string? Input { get; init; }

    /// <summary>Path of the number of input tokens, including cached tokens.</summary>
    public string? InputWithCached { get; init; }

    /// <summary>Path of the number of output tokens.</summary>
    public string? Output { get; init; }

    /// <summary>Path of the number of input tokens read from the cache.</summary>
    public string? Cached { get; init; }

    /// <summary>Path of the number of input tokens written to the cache.</summary>
    public string? CacheWrite { get; init; }

    /// <summary>Path of the cost in US dollars.</summary>
    public string? Cost { get; init; }
}
