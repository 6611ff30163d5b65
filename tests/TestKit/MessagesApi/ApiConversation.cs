using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>
/// Prompts in a request's messages, each with the number of answers that followed. The position in a script is derived from the
/// conversation itself, so that parallel agents, sub-agents and resumed conversations each find their own.
/// </summary>
internal sealed partial class ApiConversation
{
    /// <summary>Texts that the CLI sends as user messages. They do not count as prompts.</summary>
    private static readonly string[] Synthetic =
    [
        "[Request interrupted",
        "[structured-output-enforce]",
        "[Your previous response",
        "Stop hook feedback",
        "Your response above was stopped",
        "Output token limit hit",
    ];

    internal ApiConversation(JsonNode body, string session)
    {
        Session = session;
        System = TextOf(body["system"]);
        var messages = body["messages"] as JsonArray ?? [];
        var answers = 0;
        foreach (var message in messages.OfType<JsonNode>().Reverse())
        {
            if ((string?)message["role"] == "assistant")
            {
                answers++;
            }
            else if ((string?)message["role"] == "user")
            {
                var typed = Typed(message["content"]);
                if (typed.Length > 0)
                {
                    Prompts.Add((typed, answers));
                }

                LastResult ??= (message["content"] as JsonArray)?.LastOrDefault(block => (string?)block?["type"] == "tool_result")
                    is { } result
                    ? TextOf(result["content"])
                    : null;
            }
        }

        var directory = DirectoryLine().Match(System + "\n" + string.Join('\n', messages.Select(message => TextOf(message?["content"]))));
        Directory = directory.Success ? directory.Groups[1].Value.Trim() : "";
    }

    internal string Session { get; }

    internal string System { get; }

    /// <summary>Typed prompts, the newest first, each with the number of answers since.</summary>
    internal List<(string Text, int Turn)> Prompts { get; } = [];

    internal string? LastResult { get; }

    /// <summary>Working directory of the agent, which the CLI sends to the model.</summary>
    internal string Directory { get; }

    private static string Typed(JsonNode? content)
    {
        var texts = content is JsonArray blocks
            ? blocks.Where(block => (string?)block?["type"] == "text").Select(block => (string?)block!["text"] ?? "")
            : [TextOf(content)];
        return string.Join(
            '\n',
            texts
                .Select(text => Reminder().Replace(text, "").Trim())
                .Where(text => text.Length > 0 && !Synthetic.Any(start => text.StartsWith(start, StringComparison.Ordinal)))
        );
    }

    private static string TextOf(JsonNode? content) =>
        content switch
        {
            JsonArray blocks => string.Join('\n', blocks.Select(block => (string?)block?["text"]).OfType<string>()),
            JsonValue value when value.TryGetValue(out string? text) => text,
            _ => "",
        };

    [GeneratedRegex("<system-reminder>.*?</system-reminder>", RegexOptions.Singleline)]
    private static partial Regex Reminder();

    [GeneratedRegex("(?:Primary working directory|Working directory|CWD|cwd): ?([^\\n\"<]+)")]
    private static partial Regex DirectoryLine();
}
