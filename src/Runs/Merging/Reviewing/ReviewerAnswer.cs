using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>
/// A reviewer's answer about a part of a change, with the JSON Schema and the parser of such answers. An invalid answer never causes an
/// exception.
/// </summary>
internal sealed record ReviewerAnswer
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
            "reproduction":{"type":"string","description":"An input, call or command that shows the problem, and its result"},
            "fix":{"type":"string","description":"Instructions for an agent that has not seen this review"},
            "files":{"type":"array","items":{"type":"string"},
            "description":"All files that the fix creates, changes or deletes, including tests"}}}},
            "earlier":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["id","state","why"],"properties":{
            "id":{"type":"string"},"state":{"enum":["fixed","open","unknown"]},"why":{"type":"string"}}}}}}
            """.ReplaceLineEndings("");

    /// <summary>The reviewer's summary of this part of the change.</summary>
    public required string Summary { get; init; }

    /// <summary>New findings in this part of the change.</summary>
    public required IReadOnlyList<ReviewFinding> Findings { get; init; }

    /// <summary>The state that the reviewer reports for each finding of earlier rounds, by the id of the finding.</summary>
    public required IReadOnlyDictionary<string, (string State, string Why)> Earlier { get; init; }

    /// <summary>Parses a reviewer's answer, even if text surrounds its JSON.</summary>
    /// <param name="text">The answer, or null if the reviewer gave none.</param>
    /// <returns>The parsed answer, or one sentence for each reason why it is invalid.</returns>
    public static (ReviewerAnswer? Answer, IReadOnlyList<string> Problems) Read(string? text)
    {
        if (JsonInTextFinder.Find(text ?? "", out var isCut) is not { } json)
        {
            return (
                null,
                [
                    isCut
                        ? "The JSON of the answer is cut off. Write a shorter answer."
                        : "The answer contains no JSON object that fits the schema.",
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
            return (null, [$"The answer is not JSON: {broken.Message}"]);
        }
        var problems = new List<string>();
        var findings = ReadFindings(root!["findings"], problems);
        var earlier = ReadEarlier(root["earlier"], problems);
        var verdict = Text(root["verdict"]);
        var blocks = findings.Exists(f => f.Severity == ReviewFinding.Blocking) || earlier.Values.Any(e => e.State == ReviewFinding.Open);
        if (verdict is not (Accept or HasFindings))
        {
            problems.Add("'verdict' must be 'accept' or 'findings'.");
        }
        else if (verdict == Accept && blocks)
        {
            problems.Add("The verdict is 'accept', but the answer has blocking findings. Choose one of the two.");
        }
        else if (verdict == HasFindings && findings.Count == 0 && !blocks)
        {
            problems.Add("The verdict is 'findings', but the answer contains no findings.");
        }
        return problems.Count > 0
            ? (null, problems)
            : (
                new ReviewerAnswer
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
            problems.Add("'findings' must be a list, which may be empty.");
            return findings;
        }
        foreach (var item in items)
        {
            var severity = Text(item is JsonObject ? item["severity"] : null);
            if (item is not JsonObject || severity is not (ReviewFinding.Blocking or ReviewFinding.Minor))
            {
                problems.Add($"Finding {findings.Count + 1} must be an object whose 'severity' is 'blocking' or 'minor'.");
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
            problems.Add("'earlier' must be a list.");
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
