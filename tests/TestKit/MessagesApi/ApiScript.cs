using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>One rule of the script: which prompt it answers, and how, turn by turn.</summary>
/// <param name="Pattern">A regular expression (case ignored, "." takes line breaks) on what the user typed.</param>
/// <param name="Turns">The answers in order; after the last the model says "Done (script over).".</param>
public sealed record ApiRule(string Pattern, params ApiTurn[] Turns)
{
    internal Regex Regex { get; } = new(Pattern, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    internal bool UsesTools => Turns.Any(turn => turn.Tools.Count > 0);
}

/// <summary>
/// One answer of the model. In texts and tool inputs <c>${cwd}</c> is the agent's directory, <c>${last}</c> the last tool result's text,
/// <c>${1}</c> ... the groups of the rule's pattern.
/// </summary>
public sealed record ApiTurn
{
    /// <summary>What the model says; null for nothing.</summary>
    public string? Text { get; init; }

    /// <summary>The tools it calls.</summary>
    public IReadOnlyList<ApiToolUse> Tools { get; init; } = [];

    /// <summary>
    /// Why the answer ends, such as <c>max_tokens</c> or <c>refusal</c>; null: <c>tool_use</c> or <c>end_turn</c>, as it is.
    /// </summary>
    public string? StopReason { get; init; }

    /// <summary>Input tokens that the answer costs.</summary>
    public int InputTokens { get; init; } = ApiMessage.InputTokens;

    /// <summary>An HTTP status instead of an answer.</summary>
    public int? Status { get; init; }

    /// <summary>The message of an error.</summary>
    public string? Message { get; init; }

    /// <summary>Headers of the answer.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>True: no answer ever comes; the connection stays open.</summary>
    public bool Hangs { get; init; }

    /// <summary>Completes when the answer may be given; null at once.</summary>
    public Task? After { get; init; }

    /// <summary>How often this turn is answered by <see cref="Instead"/> before it answers itself, counted per conversation.</summary>
    public int InsteadTimes { get; init; }

    /// <summary>The answer given the first <see cref="InsteadTimes"/> times.</summary>
    public ApiTurn? Instead { get; init; }

    /// <summary>An answer of text alone, which ends the agent's work.</summary>
    public static ApiTurn Says(string text) => new() { Text = text };

    /// <summary>An answer that calls tools.</summary>
    public static ApiTurn Calls(params ApiToolUse[] tools) => new() { Tools = tools };

    /// <summary>An answer that writes a file of the agent's directory.</summary>
    public static ApiTurn Writes(string relativePath, string content) => Calls(ApiToolUse.Write(relativePath, content));

    /// <summary>An HTTP error.</summary>
    public static ApiTurn Fails(int status, string message) => new() { Status = status, Message = message };

    /// <summary>Headers that say how full a subscription's two windows are (0 to 1) and when they reset, while both allow work.</summary>
    public static IReadOnlyDictionary<string, string> Windows(
        double fiveHours,
        DateTimeOffset fiveHoursReset,
        double week,
        DateTimeOffset weekReset
    ) =>
        new Dictionary<string, string>
        {
            ["anthropic-ratelimit-unified-status"] = "allowed",
            ["anthropic-ratelimit-unified-reset"] = $"{fiveHoursReset.ToUnixTimeSeconds()}",
            ["anthropic-ratelimit-unified-representative-claim"] = "five_hour",
            ["anthropic-ratelimit-unified-5h-status"] = "allowed",
            ["anthropic-ratelimit-unified-5h-utilization"] = fiveHours.ToString(CultureInfo.InvariantCulture),
            ["anthropic-ratelimit-unified-5h-reset"] = $"{fiveHoursReset.ToUnixTimeSeconds()}",
            ["anthropic-ratelimit-unified-7d-status"] = "allowed",
            ["anthropic-ratelimit-unified-7d-utilization"] = week.ToString(CultureInfo.InvariantCulture),
            ["anthropic-ratelimit-unified-7d-reset"] = $"{weekReset.ToUnixTimeSeconds()}",
        };

    /// <summary>A subscription's limit that is reached: 429 with the headers that name the reset time.</summary>
    public static ApiTurn LimitReached(DateTimeOffset resetsAt) =>
        new()
        {
            Status = 429,
            Message = "This request would exceed your account's rate limit.",
            Headers = new Dictionary<string, string>
            {
                ["anthropic-ratelimit-unified-status"] = "rejected",
                ["anthropic-ratelimit-unified-reset"] = $"{resetsAt.ToUnixTimeSeconds()}",
                ["anthropic-ratelimit-unified-representative-claim"] = "five_hour",
                ["retry-after"] = "3600",
            },
        };
}

/// <summary>A tool the model calls.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Input">Its input, made JSON.</param>
public sealed record ApiToolUse(string Name, object Input)
{
    /// <summary>Writes a file of the agent's directory.</summary>
    public static ApiToolUse Write(string relativePath, string content) =>
        new("Write", new { file_path = "${cwd}/" + relativePath, content });

    /// <summary>Runs a shell command.</summary>
    public static ApiToolUse Bash(string command) => new("Bash", new { command, description = "scripted" });

    /// <summary>Calls a sub-agent.</summary>
    public static ApiToolUse SubAgent(string type, string prompt) =>
        new(
            "Task",
            new
            {
                description = "scripted",
                prompt,
                subagent_type = type,
            }
        );
}

/// <summary>A request that came in, for asserting on what the agent program did.</summary>
/// <param name="Path">The URL's path.</param>
/// <param name="Rule">The pattern of the rule that answered; null where none did.</param>
/// <param name="Turn">Which turn of it, from 0.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Prompt">What the user typed last.</param>
/// <param name="LastResult">The last tool result's text.</param>
/// <param name="System">The system prompt.</param>
/// <param name="ApiKey">The key or token the request came with.</param>
/// <param name="Session">The conversation's id.</param>
public sealed record ApiRequest(
    string Path,
    string? Rule,
    int Turn,
    string Model,
    string Prompt,
    string LastResult,
    string System,
    string ApiKey,
    string Session
)
{
    /// <summary>The tools and the system prompt as they came, as JSON: what a provider's cache compares, byte by byte.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>When it came.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The HTTP status of the answer; 200 is what an account pays for.</summary>
    public int Status { get; init; }
}
