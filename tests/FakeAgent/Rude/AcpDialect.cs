using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.FakeAgent.Rude;

/// <summary>The Agent Client Protocol, version 1. It opens a conversation, and everything after that answers one prompt.</summary>
internal sealed class AcpDialect(IReadOnlyList<string> arguments) : Dialect(arguments)
{
    private string _prompt = "0";
    private string? _resumed;

    internal override string? Resumed => _resumed;

    internal override string Own => "99999999-9999-4999-8999-999999999999";

    internal override string FileOf(string session) => Path.Combine(Home, ".acp", session + ".jsonl");

    /// <summary>Answers requests until the prompt arrives.</summary>
    /// <param name="session">Id of the conversation to report; empty for an invalid null id, or null for the usual id.</param>
    internal void Open(string? session)
    {
        while (Console.In.ReadLine() is { } line)
        {
            var message = JsonNode.Parse(line)!;
            var id = message["id"]?.ToJsonString() ?? "null";
            switch ((string?)message["method"])
            {
                case "initialize":
                    Console.Out.WriteLine(Answer(id, """{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}"""));
                    break;
                case "session/new":
                    Console.Out.WriteLine(Answer(id, $$"""{"sessionId":{{(session is "" ? "null" : Quote(session ?? Own))}}}"""));
                    break;
                case "session/load":
                    _resumed = (string?)message["params"]!["sessionId"];
                    Console.Out.WriteLine(Answer(id, "{}"));
                    break;
                case "session/prompt":
                    _prompt = id;
                    return;
                default:
                    break;
            }
        }
    }

    internal override IEnumerable<string> Begin(string session) =>
        [Update(session, """{"sessionUpdate":"tool_call","toolCallId":"t1","title":"look","kind":"read","status":"pending"}""")];

    internal override string Say(string session, string text) =>
        Update(session, $$$"""{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":{{{Quote(text)}}}}}""");

    internal override string Unknown(string session) => Update(session, """{"sessionUpdate":"telepathy","thought":"hm"}""");

    internal override IEnumerable<string> Done(string session, string own, string all) =>
        [Answer(_prompt, $$$"""{"stopReason":"end_turn","usage":{"inputTokens":{{{own}}},"outputTokens":10,"totalTokens":{{{all}}}}}""")];

    internal override string? Retry(string session) => null;

    internal override IEnumerable<string> Fail(string session, Trouble trouble)
    {
        var (code, message) = trouble switch
        {
            Trouble.Limit => (-32603, "Internal error: Claude AI usage limit reached|1900000000"),
            Trouble.Unauthorized => (-32000, "Authentication required"),
            Trouble.Throttled => (-32603, "Internal error: API Error: 429 rate_limit_error"),
            _ => (-32603, "Internal error: API Error: 529 overloaded_error"),
        };
        return
        [
            $$$"""{"jsonrpc":"2.0","id":{{{_prompt}}},"error":{"code":{{{code}}},"message":{{{JsonSerializer.Serialize(message)}}}}}""",
        ];
    }

    private static string Answer(string id, string result) => $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";

    private static string Update(string session, string update) =>
        $$$"""{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":{{{Quote(session)}}},"update":{{{update}}}}}""";
}
