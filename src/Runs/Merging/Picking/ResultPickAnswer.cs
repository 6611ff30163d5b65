using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>
/// A reviewer's choice among several results, with the JSON Schema and the parser of this answer. An invalid answer never causes an
/// exception.
/// </summary>
/// <param name="Task">Id of the task whose result the reviewer prefers.</param>
/// <param name="Why">Reason that the reviewer gave.</param>
internal sealed record ResultPickAnswer(string Task, string Why)
{
    private const int LongestWhy = 600;

    /// <summary>JSON Schema of an answer.</summary>
    public static string Schema { get; } =
        """
            {"type":"object","additionalProperties":false,"required":["result","why"],"properties":{
            "result":{"type":"string","description":"Name of the result to keep, as in its heading"},
            "why":{"type":"string","description":"The reason, in one or two sentences"}}}
            """.ReplaceLineEndings("");

    /// <summary>Parses a reviewer's answer, even if text surrounds its JSON.</summary>
    /// <param name="text">The answer, or null if the reviewer gave none.</param>
    /// <param name="tie">The tied results that the question compares.</param>
    /// <returns>The parsed answer, or one sentence for each reason why it is invalid.</returns>
    public static (ResultPickAnswer? Answer, IReadOnlyList<string> Problems) Read(string? text, TiedTaskResultGroup tie)
    {
        JsonObject? root = null;
        try
        {
            root = JsonInTextFinder.Find(text ?? "", out _) is { } json ? JsonNode.Parse(json) as JsonObject : null;
        }
        catch (JsonException)
        {
            // Malformed JSON counts as a missing answer.
        }
        if (root is null)
        {
            return (null, ["The answer contains no complete JSON object that fits the schema."]);
        }
        var (task, why) = (TextOf(root["result"]), TextOf(root["why"]));
        var problems = new List<string>();
        if (tie.Results.All(result => result.Task != task))
        {
            problems.Add($"'result' must be one of {string.Join(", ", tie.Results.Select(result => result.Task))}.");
        }
        if (why.Length == 0)
        {
            problems.Add("'why' must give a reason.");
        }
        return problems.Count > 0 ? (null, problems) : (new ResultPickAnswer(task, QuotedText.CutLine(why, LongestWhy)), []);
    }

    private static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text.Trim() : "";
}
