using System.Text.Json.Nodes;
using Orchestrator.Gates.Secrets;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Runs.Tasks.Questions;

/// <summary>A planner's reply to a question. It is either an answer or the reason why a user must answer.</summary>
/// <param name="Answer">The answer, or empty if a user must answer.</param>
/// <param name="Why">The reason why a user must answer, or empty if the planner answered.</param>
internal sealed record QuestionReply(string Answer, string Why)
{
    private const string ByPlanner = "answer";
    private const string ByPerson = "person";
    private const int LongestAnswer = 4000;
    private const int LongestWhy = 600;

    /// <summary>JSON Schema of a reply, on one line.</summary>
    public static string Schema { get; } =
        """
            {"type":"object","additionalProperties":false,"required":["decision","answer","why"],"properties":{
            "decision":{"enum":["answer","person"],
            "description":"person: the given sources do not decide the question, or you may not decide it"},
            "answer":{"type":"string","description":"Complete instructions for the agent; empty if a person must decide"},
            "why":{"type":"string","description":"The basis of the answer, or why a person must decide, in a sentence"}}}
            """.ReplaceLineEndings("");

    /// <summary>Parses a planner's reply, even if text surrounds its JSON. If the reply is unreadable, a user must answer.</summary>
    /// <param name="text">The planner's text, or null if there is none.</param>
    public static QuestionReply Read(string? text)
    {
        if (JsonInTextFinder.Find(text ?? "", out var isCut) is not { } json)
        {
            return ForPerson(isCut ? "the JSON of its answer is cut off" : $"its answer can't be read: {Shorten(text ?? "nothing")}");
        }
        JsonObject? root;
        try
        {
            root = JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException broken)
        {
            return ForPerson($"its answer is not JSON: {broken.Message}");
        }
        var (answer, why) = (Text(root?["answer"]), Shorten(Text(root?["why"])));
        return Text(root?["decision"]) switch
        {
            ByPlanner when answer.Length > 0 => new QuestionReply(SecretScanner.Redact(QuotedText.Cut(answer, LongestAnswer)), ""),
            ByPlanner => ForPerson("it decides to answer, but its answer is empty"),
            ByPerson => ForPerson(why.Length > 0 ? why : "it gives no reason"),
            _ => ForPerson("its answer has no valid 'decision'"),
        };
    }

    private static QuestionReply ForPerson(string why) => new("", why);

    private static string Shorten(string text) => SecretScanner.Redact(QuotedText.CutLine(text, LongestWhy));

    // A model has no reason to write control characters, and a terminal would interpret them.
    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? string.Concat(text.Where(letter => !char.IsControl(letter) || letter is '\n' or '\t')).Trim()
            : "";
}
