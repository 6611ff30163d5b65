using System.Text.Json.Nodes;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace Orchestrator.Agents.Models;

/// <summary>Sends one question to a model. Runs in a separate process (<c>orchestrate ask-model</c>) under the supervisor of its agent
/// run.</summary>
internal static class ModelApiRequestSender
{
    private const string Tool = "answer";

    /// <summary>Maximum number of output tokens. The SDK allows no more for a request without streaming.</summary>
    private const int MaxTokens = 20_000;

    private const int PaymentRequired = 402;

    /// <summary>Sends the question, stores the conversation and returns the result. A failure of the service is returned as a result, not
    /// thrown.</summary>
    internal static async Task<ModelResponse> AskAsync(
        ModelRequest request,
        string prompt,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using RetryAfterRecorder times = new(time);
        ModelResponse reply = new() { Model = request.Model, Session = request.Session };
        try
        {
            ModelConversation conversation = new(request.Conversation);
            using var client = await ModelClients.MakeAsync(request, times);
            var message = await client.Messages.Create(Parameters(request, conversation.With(prompt)), cancellationToken);
            var answer = (JsonObject)JsonSerializer.SerializeToNode(message.RawData)!;
            conversation.Keep(answer["content"] ?? new JsonArray());
            return Read(answer, reply);
        }
        catch (ModelUnavailableException unavailable)
        {
            return reply with { Failure = AgentFailure.Account, Detail = unavailable.Message };
        }
        catch (AnthropicApiException failed)
        {
            var status = (int)failed.StatusCode;
            var failure =
                status == PaymentRequired
                    ? AgentFailure.Account
                    : ModelApiFailureClassifier.OfText(failed.ResponseBody ?? "") ?? ModelApiFailureClassifier.OfStatus(status);
            return reply with
            {
                Failure = failure,
                Detail = $"The service answered {status}: {MessageOf(failed)}",
                RetryAt = times.RetryAt,
            };
        }
        catch (Exception failed) when (failed is AnthropicException or HttpRequestException or JsonException)
        {
            // The service is unavailable if there is no connection, the connection breaks, or the response is not JSON.
            return reply with
            {
                Failure = AgentFailure.Transient,
                Detail = $"The service could not be called: {(failed.InnerException ?? failed).Message}",
            };
        }
    }

    private static MessageCreateParams Parameters(ModelRequest request, JsonArray messages)
    {
        JsonObject body = new()
        {
            ["model"] = request.Model,
            ["max_tokens"] = MaxTokens,
            ["messages"] = messages,
            ["system"] = $"{request.System}\n\nAnswer by calling the tool '{Tool}' exactly once, with a complete answer.".Trim(),
            ["tools"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = Tool,
                    ["description"] = "Accepts the answer.",
                    ["input_schema"] = JsonNode.Parse(request.Schema),
                }
            ),
        };
        Dictionary<string, JsonElement> none = [];
        return MessageCreateParams.FromRawUnchecked(
            none,
            none,
            body.ToDictionary(member => member.Key, member => JsonSerializer.SerializeToElement(member.Value))
        );
    }

    private static ModelResponse Read(JsonObject message, ModelResponse reply)
    {
        var usage = message["usage"];
        reply = reply with
        {
            InputTokens = (long?)usage?["input_tokens"] ?? 0,
            OutputTokens = (long?)usage?["output_tokens"] ?? 0,
            CacheReadTokens = (long?)usage?["cache_read_input_tokens"] ?? 0,
            CacheWriteTokens = (long?)usage?["cache_creation_input_tokens"] ?? 0,
        };
        var blocks = message["content"] as JsonArray ?? [];
        var said = string.Join('\n', blocks.Select(block => (string?)block?["text"]).OfType<string>());
        return (string?)message["stop_reason"] switch
        {
            "refusal" => reply with { Failure = AgentFailure.GaveUp, Detail = $"The model refused to answer. {said}".TrimEnd() },
            // A truncated answer may look complete, so an open brace is added to make it invalid JSON.
            "max_tokens" or "model_context_window_exceeded" => reply with { Answer = "{" },
            _ => reply with
            {
                Answer = blocks.FirstOrDefault(block => (string?)block?["type"] == "tool_use")?["input"]?.ToJsonString() ?? said,
            },
        };
    }

    private static string MessageOf(AnthropicApiException failed)
    {
        try
        {
            return (string?)JsonNode.Parse(failed.ResponseBody ?? "")?["error"]?["message"]
                ?? (string?)JsonNode.Parse(failed.ResponseBody ?? "")?["message"]
                ?? failed.ResponseBody
                ?? "";
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return failed.ResponseBody ?? "";
        }
    }
}
