using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// Turns what a run left into values that are equal from run to run, and from SDK to SDK. The rules are those of the recordings' README.
/// </summary>
internal sealed class ScriptNormaliser(string prefix, bool cron)
{
    private const int LongText = 1500;
    private static readonly Regex Uuid = new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.IgnoreCase);
    private static readonly Regex SecondStamp = new(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ");
    private static readonly Regex IsoTime = new(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$");
    private static readonly Regex WholeTenths = new(@"^\d+(\.\d00?)?s$");

    private static readonly HashSet<string> Dropped =
    [
        "eventTime",
        "taskId",
        "version",
        "sdkMetadata",
        "meteringMetadata",
        "workerVersion",
        "historySizeBytes",
        "stackTrace",
        "prevAutoResetPoints",
        "binaryChecksum",
        "sourceVersionStamp",
        "inheritedBuildId",
        "mostRecentWorkerVersionStamp",
        "workerStackTrace",
    ];

    private static readonly Dictionary<string, string> Constant = new()
    {
        ["identity"] = "<identity>",
        ["requestId"] = "<request>",
        ["attachedRequestId"] = "<request>",
        ["namespaceId"] = "<namespace>",
        ["parentWorkflowNamespaceId"] = "<namespace>",
    };

    private static readonly HashSet<string> RoughDurations = ["firstWorkflowTaskBackoff", "backoffStartInterval"];

    private static readonly HashSet<string> Times =
    [
        "workflowExecutionExpirationTime",
        "nextAttemptScheduleTime",
        "startTime",
        "closeTime",
        "executionTime",
        "eventTime",
    ];

    private static readonly string[] Wrappers =
    [
        "activityFailureInfo",
        "childWorkflowExecutionFailureInfo",
        "canceledFailureInfo",
        "resetWorkflowFailureInfo",
    ];

    private static readonly HashSet<string> EmptyOrAbsent = ["header", "memo", "input", "args", "searchAttributes", "details"];

    private readonly Dictionary<string, string> _symbols = new(StringComparer.OrdinalIgnoreCase);

    public string Text(string text)
    {
        var normal = Uuid.Replace(
            SecondStamp.Replace(text.Replace(prefix, "@@", StringComparison.Ordinal), "<time>"),
            id =>
            {
                if (!_symbols.TryGetValue(id.Value, out var symbol))
                {
                    _symbols[id.Value] = symbol = $"<id:{_symbols.Count + 1}>";
                }

                return symbol;
            }
        );
        return normal.Length <= LongText
            ? normal
            : $"<text of {normal.Length} characters, sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normal)))}>";
    }

    /// <summary>Plain values: outcomes and the contents of payloads.</summary>
    public JsonNode? Value(JsonNode? value)
    {
        switch (value)
        {
            case JsonArray array:
                return new JsonArray([.. array.Select(Value)]);
            case JsonObject o when o.ContainsKey("scripts") && o.ContainsKey("start"):
                var input = new JsonObject();
                foreach (var (name, member) in o)
                {
                    if (name != "scripts")
                    {
                        input[name] = Value(member);
                    }
                }

                input["scripts"] = "<scripts>";
                return input;
            case JsonObject o:
                var members = new JsonObject();
                foreach (var (name, member) in o)
                {
                    members[Text(name)] = Value(member);
                }

                return members;
            case JsonValue text when text.TryGetValue<string>(out var s):
                return Text(s);
            default:
                return value?.DeepClone();
        }
    }

    public JsonArray History(JsonArray events) => new([.. events.Select(e => Message(e!.AsObject()))]);

    /// <summary>The same data without the fields in which SDKs may differ.</summary>
    /// <param name="recorded">What was recorded.</param>
    /// <param name="onAnyQueue">The queues of workflow tasks do not count: where the answer to a poll was lost, the task comes once more by
    /// the usual queue, and a speculative one leaves no other trace of that.</param>
    public static JsonNode? Neutral(JsonNode? recorded, bool onAnyQueue = false)
    {
        var neutral = Strip(recorded);
        foreach (var runs in neutral?["histories"]?.AsObject() ?? [])
        {
            foreach (var run in runs.Value!.AsArray())
            {
                RenumberTimers(run!.AsArray());
                foreach (var one in onAnyQueue ? run.AsArray() : [])
                {
                    (one?["workflowTaskScheduledEventAttributes"] as JsonObject)?.Remove("taskQueue");
                }
            }
        }

        return neutral;
    }

    private static JsonNode? Strip(JsonNode? value)
    {
        if (value is JsonArray array)
        {
            return new JsonArray([.. array.Select(Strip)]);
        }

        if (value is not JsonObject o)
        {
            return value?.DeepClone();
        }

        if (
            o["metadata"]?["type"] is JsonValue type
            && type.GetValue<string>() == "Datetime"
            && o["json"] is JsonValue time
            && time.TryGetValue<string>(out var text)
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var moment)
        )
        {
            // SDKs write the same moment with more or fewer digits.
            var payload = o.DeepClone().AsObject();
            payload["json"] = moment.UtcDateTime.ToString("O");
            return payload;
        }

        var isWrapper = Wrappers.Any(o.ContainsKey);
        var isFailure =
            o.ContainsKey("source") || isWrapper || o.ContainsKey("applicationFailureInfo") || o.ContainsKey("timeoutFailureInfo");
        var fromServer = o["source"] is not JsonValue source || source.GetValue<string>() == "Server";
        var stripped = new JsonObject();
        foreach (var (name, member) in o)
        {
            if (isFailure && (name == "source" || (name == "message" && isWrapper && !fromServer)))
            {
                continue;
            }

            if (name == "workflowTaskFailedEventAttributes")
            {
                var copy = member!.DeepClone().AsObject();
                copy.Remove("failure");
                stripped[name] = Strip(copy);
                continue;
            }

            // An empty message and none mean the same; SDKs differ in which they send.
            if (member is JsonObject { Count: 0 } && EmptyOrAbsent.Contains(name))
            {
                continue;
            }

            stripped[name] = Strip(member);
        }

        return stripped;
    }

    private static void RenumberTimers(JsonArray events)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attributes in events.SelectMany(e => e!.AsObject()).Select(m => m.Value).OfType<JsonObject>())
        {
            if (attributes["timerId"] is { } id)
            {
                if (!names.TryGetValue(id.GetValue<string>(), out var name))
                {
                    names[id.GetValue<string>()] = name = $"<timer:{names.Count + 1}>";
                }

                attributes["timerId"] = name;
            }
        }
    }

    private static bool IsPayload(JsonObject o) =>
        o["metadata"] is JsonObject metadata && metadata["encoding"] is JsonValue encoding && encoding.TryGetValue<string>(out _);

    private JsonNode Message(JsonObject o)
    {
        if (IsPayload(o))
        {
            return Payload(o);
        }

        // A sticky queue's name may hold an id of its own, which must not count among those of the scenario.
        var isSticky = o["kind"] is JsonValue kind && kind.TryGetValue<string>(out var text) && text == "TASK_QUEUE_KIND_STICKY";
        var fields = new JsonObject();
        foreach (var (name, value) in o)
        {
            if (!Dropped.Contains(name))
            {
                fields[Text(name)] = isSticky && name == "name" ? "<sticky>" : Field(name, value);
            }
        }

        return fields;
    }

    private JsonNode? Field(string name, JsonNode? value)
    {
        if (value is JsonArray array)
        {
            return new JsonArray([.. array.Select(e => e is JsonObject o ? Message(o) : Field($"{name}[]", e))]);
        }

        if (value is JsonObject message)
        {
            return Message(message);
        }

        var text = value is JsonValue v && v.TryGetValue<string>(out var s) ? s : null;
        if (text is not null && Constant.TryGetValue(name, out var constant))
        {
            return constant;
        }

        if (text is not null && Times.Contains(name) && IsoTime.IsMatch(text))
        {
            return "<time>";
        }

        if (RoughDurations.Contains(name) && (cron || text is null || !WholeTenths.IsMatch(text)))
        {
            return "<duration>";
        }

        return text is null ? value?.DeepClone() : Text(text);
    }

    private JsonObject Payload(JsonObject payload)
    {
        var metadata = new JsonObject();
        foreach (var (name, value) in payload["metadata"]!.AsObject())
        {
            metadata[name] = Encoding.UTF8.GetString(Convert.FromBase64String(value!.GetValue<string>()));
        }

        var data = Convert.FromBase64String(payload["data"]?.GetValue<string>() ?? string.Empty);
        if (!metadata["encoding"]!.GetValue<string>().StartsWith("json/", StringComparison.Ordinal))
        {
            return data.Length == 0
                ? new() { ["metadata"] = metadata }
                : new() { ["metadata"] = metadata, ["base64"] = Convert.ToBase64String(data) };
        }

        var json = JsonNode.Parse(data);
        if (json is JsonObject marker && marker.ContainsKey("complete_time") && marker.ContainsKey("seq"))
        {
            marker["complete_time"] = "<time>";
            marker["original_schedule_time"] = "<time>";
        }

        return new() { ["metadata"] = metadata, ["json"] = Value(json) };
    }
}
