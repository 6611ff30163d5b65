using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit;

/// <summary>An answer of the model in the API's two forms: as a whole message, and as the events of a stream.</summary>
internal sealed class ApiMessage
{
    /// <summary>Number of input tokens. Tokens are not counted here; a fixed number makes costs comparable in tests.</summary>
    internal const int InputTokens = 1000;

    private const int PrefixTokens = 900;
    private const int OutputTokens = 100;
    private readonly string _id = $"msg_{Guid.NewGuid():N}";
    private readonly string _model;

    /// <summary>True if the prefix of the request came from the cache, or null if nothing is cached.</summary>
    private readonly bool? _isCached;
    private readonly int _inputTokens;
    private readonly List<JsonObject> _blocks = [];

    internal ApiMessage(string model, ApiTurn turn, Func<string, string> fill, bool? isCached)
    {
        _model = model;
        _isCached = isCached;
        _inputTokens = turn.InputTokens;
        if (turn.Text is not null)
        {
            _blocks.Add(new JsonObject { ["type"] = "text", ["text"] = fill(turn.Text) });
        }

        foreach (var tool in turn.Tools)
        {
            _blocks.Add(
                new JsonObject
                {
                    ["type"] = "tool_use",
                    ["id"] = $"toolu_{Guid.NewGuid():N}",
                    ["name"] = tool.Name,
                    ["input"] = FillAll(JsonSerializer.SerializeToNode(tool.Input), fill),
                }
            );
        }

        StopReason = turn.StopReason ?? (turn.Tools.Count > 0 ? "tool_use" : "end_turn");
    }

    private string StopReason { get; }

    internal JsonObject Whole()
    {
        var message = Head();
        message["content"] = new JsonArray([.. _blocks.Select(block => block.DeepClone())]);
        message["stop_reason"] = StopReason;
        message["usage"] = Usage(OutputTokens);
        return message;
    }

    internal IEnumerable<JsonObject> Stream()
    {
        yield return new JsonObject { ["type"] = "message_start", ["message"] = Head() };
        for (var index = 0; index < _blocks.Count; index++)
        {
            var block = _blocks[index];
            var isText = (string?)block["type"] == "text";
            var empty = (JsonObject)block.DeepClone();
            empty[isText ? "text" : "input"] = isText ? "" : new JsonObject();
            yield return new JsonObject
            {
                ["type"] = "content_block_start",
                ["index"] = index,
                ["content_block"] = empty,
            };
            var delta = isText
                ? new JsonObject { ["type"] = "text_delta", ["text"] = (string?)block["text"] }
                : new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = block["input"]!.ToJsonString() };
            yield return new JsonObject
            {
                ["type"] = "content_block_delta",
                ["index"] = index,
                ["delta"] = delta,
            };
            yield return new JsonObject { ["type"] = "content_block_stop", ["index"] = index };
        }

        yield return new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = StopReason, ["stop_sequence"] = null },
            ["usage"] = Usage(OutputTokens),
        };
        yield return new JsonObject { ["type"] = "message_stop" };
    }

    private static JsonNode? FillAll(JsonNode? node, Func<string, string> fill) =>
        node switch
        {
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, FillAll(member.Value, fill)))),
            JsonArray items => new JsonArray([.. items.Select(item => FillAll(item, fill))]),
            JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(fill(text)),
            null => null,
            _ => node.DeepClone(),
        };

    private JsonObject Usage(int output) =>
        new()
        {
            ["input_tokens"] = _isCached is null ? _inputTokens : _inputTokens - PrefixTokens,
            ["cache_creation_input_tokens"] = _isCached is false ? PrefixTokens : 0,
            ["cache_read_input_tokens"] = _isCached is true ? PrefixTokens : 0,
            ["output_tokens"] = output,
        };

    private JsonObject Head() =>
        new()
        {
            ["id"] = _id,
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = _model,
            ["content"] = new JsonArray(),
            ["stop_reason"] = null,
            ["stop_sequence"] = null,
            ["usage"] = Usage(1),
        };
}
