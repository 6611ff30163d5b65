using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>A reviewer's answer to which of several results is kept: its JSON Schema, and its parsing. Invalid answers cause no
/// exception.</summary>
/// <param name="Task">The task whose result it prefers.</param>
/// <param name="Why">Its reason.</param>
internal sealed record PickAnswer(string Task, string Why)
{
    private const int LongestWhy = 600;

    /// <summary>JSON Schema of an answer.</summary>
    public static string Schema { get; } =
        """
            {"type":"object","additionalProperties":false,"required":["result","why"],"properties":{
            "result":{"type":"string","description":"The name of the result that is to be kept, as its heading has it"},
            "why":{"type":"string","description":"What decided, in one or two sentences"}}}
            """.ReplaceLineEndings("");

    /// <summary>Parses an answer, with or without text around its JSON.</summary>
    /// <param name="text">The answer; null: none.</param>
    /// <param name="tie">What was asked.</param>
    /// <returns>The answer, or why it can't be read, each a sentence.</returns>
    public static (PickAnswer? Answer, IReadOnlyList<string> Problems) Read(string? text, PickTie tie)
    {
        JsonObject? root = null;
        try
        {
            root = JsonInText.Find(text ?? "", out _) is { } json ? JsonNode.Parse(json) as JsonObject : null;
        }
        catch (JsonException)
        {
            // As where there is none.
        }
        if (root is null)
        {
            return (null, ["The answer holds no whole JSON object that fits the schema."]);
        }
        var (task, why) = (TextOf(root["result"]), TextOf(root["why"]));
        var problems = new List<string>();
        if (tie.Results.All(result => result.Task != task))
        {
            problems.Add($"'result' has to be one of {string.Join(", ", tie.Results.Select(result => result.Task))}.");
        }
        if (why.Length == 0)
        {
            problems.Add("'why' has to say what decided.");
        }
        return problems.Count > 0 ? (null, problems) : (new PickAnswer(task, QuotedText.CutLine(why, LongestWhy)), []);
    }

    private static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text.Trim() : "";
}
