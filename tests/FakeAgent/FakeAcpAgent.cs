using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.FakeAgent;

/// <summary>Simulates an agent that uses the Agent Client Protocol. It makes a tool call with a permission request, writes a file through
/// its client, and sends a text. With <c>fails</c> it can't open a conversation.</summary>
internal static class FakeAcpAgent
{
    private const string New = "fake-acp-session";
    private static int _asked;

    internal static int Run(string manner)
    {
        if (manner == "fails")
        {
            Console.Error.WriteLine("no login here\n  at somewhere");
        }
        while (Console.In.ReadLine() is { } line)
        {
            var message = JsonNode.Parse(line)!;
            var id = message["id"];
            switch ((string?)message["method"])
            {
                case "initialize":
                    Console.Out.WriteLine("a line that is no message");
                    Answer(id, """{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}""");
                    break;
                case "session/new" when manner == "fails":
                    Send($$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":-32000,"message":"Authentication required"}}""");
                    break;
                case "session/new":
                    Answer(id, $$"""{"sessionId":"{{New}}"}""");
                    break;
                case "session/load":
                    Update("""{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"said long ago"}}""");
                    Answer(id, "{}");
                    break;
                case "session/prompt":
                    Prompt((string)message["params"]!["prompt"]![0]!["text"]!);
                    Answer(id, """{"stopReason":"end_turn"}""");
                    break;
                default:
                    break;
            }
        }
        return 0;
    }

    private static void Prompt(string text)
    {
        Update("""{"sessionUpdate":"tool_call","toolCallId":"t1","title":"edit made.txt","kind":"edit","status":"pending"}""");
        var permission = Ask(
            "session/request_permission",
            """
            {"sessionId":"s","toolCall":{"toolCallId":"t1"},"options":[
             {"optionId":"no","name":"No","kind":"reject_once"},{"optionId":"yes","name":"Yes","kind":"allow_once"}]}
            """
        );
        var path = Path.GetFullPath(text);
        var written = Ask("fs/write_text_file", JsonSerializer.Serialize(new { path, content = "made" }));
        Update(
            JsonSerializer.Serialize(
                new
                {
                    sessionUpdate = "agent_message_chunk",
                    content = new
                    {
                        type = "text",
                        text = $"{permission["result"]!["outcome"]!["optionId"]} {written["error"]?["message"]}",
                    },
                }
            )
        );
    }

    private static JsonNode Ask(string method, string parameters)
    {
        Send($$"""{"jsonrpc":"2.0","id":{{100 + _asked++}},"method":"{{method}}","params":{{parameters.ReplaceLineEndings("")}} }""");
        return JsonNode.Parse(Console.In.ReadLine()!)!;
    }

    private static void Update(string update) =>
        Send($$$"""{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{{{update}}} } }""");

    private static void Answer(JsonNode? id, string result) => Send($$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}} }""");

    private static void Send(string message) => Console.Out.WriteLine(message);
}
