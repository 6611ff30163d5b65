using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>A rule of the script: the prompts that it matches, and its answers turn by turn.</summary>
/// <param name="Pattern">Regular expression for the user's prompt. It ignores case, and "." matches line breaks.</param>
/// <param name="Turns">Answers in order. After the last one the model answers "Done (script over).".</param>
public sealed record ApiRule(string Pattern, params ApiTurn[] Turns)
{
    internal Regex Regex { get; } = new(Pattern, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    internal bool UsesTools => Turns.Any(turn => turn.Tools.Count > 0);
}

/// <summary>
/// An answer of the model. In texts and tool inputs <c>${cwd}</c> is the agent's directory, <c>${last}</c> the text of the last tool
/// result, and <c>${1}</c> ... the groups of the rule's pattern.
/// </summary>
public sealed record ApiTurn
{
    /// <summary>Text of the answer, or null for none.</summary>
    public string? Text { get; init; }

    /// <summary>Tools that the answer calls.</summary>
    public IReadOnlyList<ApiToolUse> Tools { get; init; } = [];

    /// <summary>
    /// Stop reason of the answer, such as <c>max_tokens</c> or <c>refusal</c>, or null for <c>tool_use</c> or <c>end_turn</c>, whichever
    /// applies.
    /// </summary>
    public string? StopReason { get; init; }

    /// <summary>Number of input tokens in the usage of the answer.</summary>
    public int InputTokens { get; init; } = ApiMessage.InputTokens;

    /// <summary>HTTP status of an error that replaces the answer.</summary>
    public int? Status { get; init; }

    /// <summary>Message of the error.</summary>
    public string? Message { get; init; }

    /// <summary>Headers of the answer.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>True to never answer and keep the connection open.</summary>
    public bool Hangs { get; init; }

    /// <summary>Completes when the answer may be sent, or null to send it at once.</summary>
    public Task? After { get; init; }

    /// <summary>Number of times that <see cref="Instead"/> replaces this answer first, counted per conversation.</summary>
    public int InsteadTimes { get; init; }

    /// <summary>Answer for the first <see cref="InsteadTimes"/> requests.</summary>
    public ApiTurn? Instead { get; init; }

    /// <summary>Creates an answer with only text, which ends the agent's work.</summary>
    public static ApiTurn Says(string text) => new() { Text = text };

    /// <summary>Creates an answer that calls tools.</summary>
    public static ApiTurn Calls(params ApiToolUse[] tools) => new() { Tools = tools };

    /// <summary>Creates an answer that writes a file in the agent's directory.</summary>
    public static ApiTurn Writes(string relativePath, string content) => Calls(ApiToolUse.Write(relativePath, content));

    /// <summary>Creates an HTTP error.</summary>
    public static ApiTurn Fails(int status, string message) => new() { Status = status, Message = message };

    /// <summary>Creates headers with the utilization (0 to 1) and the reset times of a subscription's two windows, neither of which is
    /// exhausted.</summary>
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

    /// <summary>Creates the answer for an exhausted limit of a subscription: status 429 with headers for the reset time.</summary>
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

/// <summary>A tool call of the model.</summary>
/// <param name="Name">Name of the tool.</param>
/// <param name="Input">Input of the tool, which is serialized as JSON.</param>
public sealed record ApiToolUse(string Name, object Input)
{
    /// <summary>Creates a call that writes a file in the agent's directory.</summary>
    public static ApiToolUse Write(string relativePath, string content) =>
        new("Write", new { file_path = "${cwd}/" + relativePath, content });

    /// <summary>Creates a call that runs a shell command.</summary>
    public static ApiToolUse Bash(string command) => new("Bash", new { command, description = "scripted" });

    /// <summary>Creates a call that starts a sub-agent.</summary>
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

/// <summary>A received request, for assertions on the agent program's behavior.</summary>
/// <param name="Path">Path of the URL.</param>
/// <param name="Rule">Pattern of the rule that answered, or null if none did.</param>
/// <param name="Turn">Index of the rule's turn, from 0.</param>
/// <param name="Model">Requested model.</param>
/// <param name="Prompt">Last prompt of the user.</param>
/// <param name="LastResult">Text of the last tool result.</param>
/// <param name="System">System prompt.</param>
/// <param name="ApiKey">Key or token of the request.</param>
/// <param name="Session">Id of the conversation.</param>
public sealed record IncomingApiRequest(
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
    /// <summary>Tools and system prompt as received, as JSON. A provider's cache compares them byte by byte.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Time at which the request arrived.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>HTTP status of the answer; only requests with 200 cost money.</summary>
    public int Status { get; init; }
}
