using System.Text.Json;

namespace Orchestrator.FakeAgent.Rude;

/// <summary>Output format of one agent program: the lines for its conversation, texts, ends and failures.</summary>
/// <param name="arguments">Arguments of the program.</param>
internal abstract class Dialect(IReadOnlyList<string> arguments)
{
    /// <summary>Flags among the arguments.</summary>
    internal IEnumerable<string> Flags => arguments.Where(argument => argument.Length > 2 && argument[0] == '-');

    /// <summary>Id of the conversation to continue, or null to start a new one.</summary>
    internal abstract string? Resumed { get; }

    /// <summary>Id of the conversation of this start.</summary>
    internal virtual string Session => Resumed ?? Own;

    /// <summary>Id of a new conversation.</summary>
    internal abstract string Own { get; }

    /// <summary>Returns the file of a conversation, or null if the program stores none.</summary>
    internal abstract string? FileOf(string session);

    internal abstract IEnumerable<string> Begin(string session);

    internal abstract string Say(string session, string text);

    /// <summary>Returns an event of an unknown type.</summary>
    internal virtual string Unknown(string session) => """{"type":"telepathy","sessionID":"x","thought":"hm"}""";

    /// <summary>Returns the events that report a successful end.</summary>
    /// <param name="own">Input tokens of this start, as a JSON value.</param>
    /// <param name="all">Input tokens of the whole conversation, as a JSON value.</param>
    internal abstract IEnumerable<string> Done(string session, string own, string all);

    /// <summary>Returns the event for the retry of a failed request, or null if the program reports no retries.</summary>
    internal abstract string? Retry(string session);

    internal abstract IEnumerable<string> Fail(string session, Trouble trouble);

    /// <summary>Returns the dialect for a command line.</summary>
    internal static Dialect Of(string[] arguments) =>
        arguments switch
        {
            ["--acp", ..] => new AcpDialect(arguments),
            _ when arguments.Contains("--message-file") => new AiderDialect(arguments),
            _ when arguments.Contains("-p") => new ClaudeDialect(arguments),
            ["exec", ..] => new CodexDialect(arguments),
            ["run", ..] => new OpencodeDialect(arguments),
            _ when arguments.Contains("stream-json") => new GeminiDialect(arguments),
            _ => throw new InvalidDataException($"No dialect has the arguments {string.Join(' ', arguments)}."),
        };

    protected static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>Joins the lines of a JSON text.</summary>
    protected static string Flat(string json) => json.Replace("\n", "", StringComparison.Ordinal);

    protected static string Home => Environment.GetEnvironmentVariable("HOME") ?? "/";

    protected string? After(string flag) => arguments.SkipWhile(argument => argument != flag).Skip(1).FirstOrDefault();
}

/// <summary>Errors that a model's service can return.</summary>
internal enum Trouble
{
    Limit,
    Unauthorized,
    Throttled,
    Overloaded,
}

/// <summary>Dialect of Claude Code 2.1.328.</summary>
internal sealed class ClaudeDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    internal override string? Resumed => After("--resume");

    internal override string Session => Resumed ?? After("--session-id") ?? Own;

    internal override string Own => "99999999-9999-4999-8999-999999999999";

    internal override string FileOf(string session) => Path.Combine(Home, ".claude", "projects", "fake", session + ".jsonl");

    internal override IEnumerable<string> Begin(string session) =>
        [
            Flat(
                $$"""
                {"type":"system","subtype":"init","session_id":"{{session}}","model":"m",
                "claude_code_version":"2.1.328","tools":[],"mcp_servers":[]}
                """
            ),
        ];

    internal override string Say(string session, string text) =>
        Flat(
            $$$"""
            {"type":"assistant","session_id":"{{{session}}}","message":{"id":"m1",
            "content":[{"type":"text","text":{{{Quote(text)}}}}]}}
            """
        );

    internal override IEnumerable<string> Done(string session, string own, string all) =>
        [
            Flat(
                $$$$"""
                {"type":"result","subtype":"success","is_error":false,"session_id":"{{{{session}}}}",
                "num_turns":1,"result":"Done.","total_cost_usd":0,"modelUsage":{"m":{"inputTokens":{{{{all}}}},
                "outputTokens":10}},"model_usage_since_last_result":{"m":{"inputTokens":{{{{own}}}},
                "outputTokens":10}}}
                """
            ),
        ];

    internal override string Retry(string session) =>
        Flat(
            """
            {"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":1,
            "error_status":529,"error":"overloaded"}
            """
        );

    internal override IEnumerable<string> Fail(string session, Trouble trouble)
    {
        (var kind, var status, var limit) = trouble switch
        {
            Trouble.Limit => ("rate_limit", 429, ",\"api_error\":\"usage_limit_reached\""),
            Trouble.Unauthorized => ("authentication_failed", 401, ""),
            Trouble.Throttled => ("rate_limit", 429, ""),
            _ => ("overloaded", 529, ""),
        };
        yield return Flat(
            $$$"""
            {"type":"assistant","error":"{{{kind}}}","api_error_status":{{{status}}},"message":{"id":"e",
            "content":[{"type":"text","text":"refused"}]}}
            """
        );
        yield return Flat(
            $$"""
            {"type":"result","subtype":"success","is_error":true,"session_id":"{{session}}","num_turns":1,
            "result":"refused","api_error_status":{{status}}{{limit}}}
            """
        );
    }
}

/// <summary>Dialect of Codex 0.169.0.</summary>
internal sealed class CodexDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    internal override string? Resumed => After("resume");

    internal override string Own => "01a210a4-0000-7030-a1b5-0e171da38ed9";

    internal override string FileOf(string session) =>
        Path.Combine(Home, ".codex", "sessions", "2026", "11", "25", $"rollout-2026-11-25T03-00-00-{session}.jsonl");

    internal override IEnumerable<string> Begin(string session) =>
        [$$"""{"type":"thread.started","thread_id":"{{session}}"}""", """{"type":"turn.started"}"""];

    internal override string Say(string session, string text) =>
        $$$"""{"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":{{{Quote(text)}}}}}""";

    internal override IEnumerable<string> Done(string session, string own, string all) =>
        [$$$"""{"type":"turn.completed","usage":{"input_tokens":{{{all}}},"cached_input_tokens":0,"output_tokens":10}}"""];

    internal override string Retry(string session) =>
        Flat(
            """
            {"type":"error",
            "message":"Reconnecting... 1/5 (We’re currently experiencing high demand, which may cause temporary errors.)"}
            """
        );

    internal override IEnumerable<string> Fail(string session, Trouble trouble)
    {
        var message = trouble switch
        {
            Trouble.Limit => "You’ve hit your usage limit. Upgrade to Pro or try again at Mar 17th, 2030 5:46 PM.",
            Trouble.Unauthorized => "unexpected status 401 Unauthorized: Incorrect API key provided, url: http://x/v1/responses",
            Trouble.Throttled => "exceeded retry limit, last status 429 Too Many Requests: status 429",
            _ => "We’re currently experiencing high demand, which may cause temporary errors.",
        };
        return
        [
            $$"""{"type":"error","message":{{Quote(message)}}}""",
            $$$"""{"type":"turn.failed","error":{"message":{{{Quote(message)}}}}}""",
        ];
    }
}

/// <summary>Dialect of Gemini 0.61.0.</summary>
internal sealed class GeminiDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    internal override string? Resumed => After("--resume");

    internal override string Session => Resumed ?? After("--session-id") ?? Own;

    internal override string Own => "99999999-9999-4999-8999-999999999999";

    internal override string FileOf(string session) =>
        Path.Combine(Home, ".gemini", "tmp", "w", "chats", $"session-2026-11-25T03-00-{session[..8]}.jsonl");

    internal override IEnumerable<string> Begin(string session) =>
        [$$"""{"type":"init","session_id":"{{session}}","model":"m"}""", """{"type":"message","role":"user","content":"Do it."}"""];

    internal override string Say(string session, string text) =>
        $$"""{"type":"message","role":"assistant","content":{{Quote(text)}},"delta":true}""";

    internal override IEnumerable<string> Done(string session, string own, string all) =>
        [$$$"""{"type":"result","status":"success","stats":{"input_tokens":{{{own}}},"output_tokens":10,"cached":0}}"""];

    internal override string? Retry(string session) => null;

    internal override IEnumerable<string> Fail(string session, Trouble trouble)
    {
        var message = trouble switch
        {
            Trouble.Limit => "You have exhausted your capacity on this model. Your quota will reset after 2h 5m.",
            Trouble.Unauthorized => """[API Error: {"error":{"code":401,"message":"API key not valid","status":"UNAUTHENTICATED"}}]""",
            Trouble.Throttled => """[API Error: {"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}]""",
            _ => """[API Error: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]""",
        };
        return
        [
            Flat(
                $$$"""
                {"type":"result","status":"error","error":{"type":"unknown","message":{{{Quote(message)}}}},
                "stats":{"input_tokens":0}}
                """
            ),
        ];
    }
}

/// <summary>Dialect of opencode 1.18.33.</summary>
internal sealed class OpencodeDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    internal override string? Resumed => After("-s");

    internal override string Own => "ses_def5acc6effe2b5UcFxQHvkgGQ";

    internal override string FileOf(string session) => Path.Combine(Home, ".local", "share", "opencode", "opencode.db");

    internal override IEnumerable<string> Begin(string session) =>
        [$$$"""{"type":"step_start","sessionID":"{{{session}}}","part":{"type":"step-start"}}"""];

    internal override string Say(string session, string text) =>
        $$$"""{"type":"text","sessionID":"{{{session}}}","part":{"type":"text","text":{{{Quote(text)}}}}}""";

    internal override IEnumerable<string> Done(string session, string own, string all) =>
        [
            Flat(
                $$$"""
                {"type":"step_finish","sessionID":"{{{session}}}","part":{"reason":"stop",
                "tokens":{"input":{{{own}}},"output":10,"cache":{"write":0,"read":0}},"cost":0}}
                """
            ),
        ];

    internal override string? Retry(string session) => null;

    internal override IEnumerable<string> Fail(string session, Trouble trouble)
    {
        var message = trouble switch
        {
            Trouble.Limit => "The usage limit has been reached",
            Trouble.Unauthorized => "API key not valid",
            Trouble.Throttled => "Too Many Requests",
            _ => "The model is overloaded",
        };
        return
        [
            Flat(
                $$$$"""
                {"type":"error","sessionID":"{{{{session}}}}","error":{"name":"APIError",
                "data":{"message":"{{{{message}}}}"}}}
                """
            ),
        ];
    }
}

/// <summary>Dialect of Aider according to its documentation, which is plain text.</summary>
internal sealed class AiderDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    internal override string? Resumed => null;

    internal override string Own => "none";

    internal override string? FileOf(string session) => null;

    internal override IEnumerable<string> Begin(string session) => ["Aider v0.86.1", "Main model: m with diff edit format"];

    internal override string Say(string session, string text) => text;

    internal override IEnumerable<string> Done(string session, string own, string all) => [$"Tokens: {own} sent, 10 received."];

    internal override string Retry(string session) => "litellm.APIConnectionError: retrying in 0.1 seconds...";

    internal override IEnumerable<string> Fail(string session, Trouble trouble) =>
        [
            trouble switch
            {
                Trouble.Unauthorized => "litellm.AuthenticationError: The API provider is not able to authenticate you.",
                Trouble.Overloaded => "litellm.APIConnectionError: the connection was refused",
                _ => "litellm.RateLimitError: The API provider has rate limited you.",
            },
        ];
}
