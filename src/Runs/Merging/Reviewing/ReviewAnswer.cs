using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>A reviewer's answer, with its JSON Schema and parser. Invalid answers never throw.</summary>
internal sealed record ReviewAnswer
{
    private const string Accept = "accept";
    private const string HasFindings = "findings";
    private const int LongestText = 4000;

    /// <summary>JSON Schema of an answer.</summary>
    public static string Schema { get; } =
        """
            {"type":"object","additionalProperties":false,"required":["verdict","summary","findings","earlier"],"properties":{
            "verdict":{"enum":["accept","findings"],
            "description":"accept: nothing blocks, and every earlier finding that you were shown is fixed"},
            "summary":{"type":"string","description":"What the change does, in two sentences"},
            "findings":{"type":"array","items":{"type":"object","additionalProperties":false,
            "required":["file","line","severity","summary","consequence","reproduction","fix","files"],"properties":{
            "file":{"type":"string"},"line":{"type":"integer","description":"Line in the file as it is now"},
            "severity":{"enum":["blocking","minor"]},"summary":{"type":"string"},
            "consequence":{"type":"string","description":"What breaks, and for whom"},
            "reproduction":{"type":"string","description":"An input, call or command that shows it, and what comes out"},
            "fix":{"type":"string","description":"What an agent that knows nothing of this is to do"},
            "files":{"type":"array","items":{"type":"string"},
            "description":"All files that this creates, changes or deletes, tests too"}}}},
            "earlier":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["id","state","why"],"properties":{
            "id":{"type":"string"},"state":{"enum":["fixed","open","unknown"]},"why":{"type":"string"}}}}}}
            """.ReplaceLineEndings("");

    public required string Summary { get; init; }
    public required IReadOnlyList<ReviewFinding> Findings { get; init; }

    /// <summary>The reviewer's state of each earlier finding, by id.</summary>
    public required IReadOnlyDictionary<string, (string State, string Why)> Earlier { get; init; }

    /// <summary>Parses an answer, with or without text around its JSON.</summary>
    /// <param name="text">The answer, or null if none.</param>
    /// <returns>The answer, or the reasons why it is invalid, each as a sentence.</returns>
    public static (ReviewAnswer? Answer, IReadOnlyList<string> Problems) Read(string? text)
    {
        if (JsonInText.Find(text ?? "", out var isCut) is not { } json)
        {
            return (
                null,
                [
                    isCut
                        ? "The JSON of the answer ends in the middle: answer shorter."
                        : "The answer holds no JSON object that fits the schema.",
                ]
            );
        }
        JsonObject? root;
        try
        {
            root = JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException broken)
        {
            return (null, [$"The answer is no JSON: {broken.Message}"]);
        }
        var problems = new List<string>();
        var findings = ReadFindings(root!["findings"], problems);
        var earlier = ReadEarlier(root["earlier"], problems);
        var verdict = Text(root["verdict"]);
        var blocks = findings.Exists(f => f.Severity == ReviewFinding.Blocking) || earlier.Values.Any(e => e.State == ReviewFinding.Open);
        if (verdict is not (Accept or HasFindings))
        {
            problems.Add("'verdict' has to be 'accept' or 'findings'.");
        }
        else if (verdict == Accept && blocks)
        {
            problems.Add("The verdict is 'accept', and the answer names what blocks: say which of the two holds.");
        }
        else if (verdict == HasFindings && findings.Count == 0 && !blocks)
        {
            problems.Add("The verdict is 'findings', and the answer names none.");
        }
        return problems.Count > 0
            ? (null, problems)
            : (
                new ReviewAnswer
                {
                    Summary = Text(root["summary"]),
                    Findings = findings,
                    Earlier = earlier,
                },
                []
            );
    }

    private static List<ReviewFinding> ReadFindings(JsonNode? node, List<string> problems)
    {
        var findings = new List<ReviewFinding>();
        if (node is not JsonArray items)
        {
            problems.Add("'findings' has to be a list, an empty one where there are none.");
            return findings;
        }
        foreach (var item in items)
        {
            var severity = Text(item is JsonObject ? item["severity"] : null);
            if (item is not JsonObject || severity is not (ReviewFinding.Blocking or ReviewFinding.Minor))
            {
                problems.Add($"Finding {findings.Count + 1} has to be an object whose 'severity' is 'blocking' or 'minor'.");
                return findings;
            }
            findings.Add(
                new ReviewFinding
                {
                    File = Text(item["file"]),
                    Line = item["line"] is JsonValue line && line.TryGetValue<int>(out var number) ? number : 0,
                    Severity = severity,
                    Summary = Text(item["summary"]),
                    Consequence = Text(item["consequence"]),
                    Reproduction = Text(item["reproduction"]),
                    Fix = Text(item["fix"]),
                    Files = [.. (item["files"] as JsonArray ?? []).Select(Text).Where(file => file.Length > 0)],
                }
            );
        }
        return findings;
    }

    private static Dictionary<string, (string State, string Why)> ReadEarlier(JsonNode? node, List<string> problems)
    {
        var earlier = new Dictionary<string, (string State, string Why)>(StringComparer.Ordinal);
        if (node is not (null or JsonArray))
        {
            problems.Add("'earlier' has to be a list.");
        }
        foreach (var item in (node as JsonArray ?? []).OfType<JsonObject>())
        {
            earlier[Text(item["id"])] = (Text(item["state"]), Text(item["why"]));
        }
        return earlier;
    }

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? QuotedText.Cut(text, LongestText) : "";
}
