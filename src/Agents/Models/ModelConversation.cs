using System.Text.Json.Nodes;

namespace Orchestrator.Agents.Models;

/// <summary>Messages of a conversation in the Messages API's format, stored in a file that is written atomically.</summary>
internal sealed class ModelConversation(string file)
{
    private readonly JsonArray _messages = File.Exists(file) ? (JsonArray)JsonNode.Parse(File.ReadAllText(file))! : [];

    /// <summary>
    /// Returns the messages of the conversation, followed by a new user message. If the last answer is a tool call, the new message begins
    /// with the tool's result, as the API requires.
    /// </summary>
    internal JsonArray With(string prompt)
    {
        var tool = (string?)
            (_messages.LastOrDefault()?["content"] as JsonArray)?.FirstOrDefault(block => (string?)block?["type"] == "tool_use")?["id"];
        JsonArray content = [new JsonObject { ["type"] = "text", ["text"] = prompt }];
        if (tool is not null)
        {
            content.Insert(
                0,
                new JsonObject
                {
                    ["type"] = "tool_result",
                    ["tool_use_id"] = tool,
                    ["is_error"] = true,
                    ["content"] = "The answer was not accepted; the reason follows.",
                }
            );
        }
        _messages.Add(new JsonObject { ["role"] = "user", ["content"] = content });
        return (JsonArray)_messages.DeepClone();
    }

    /// <summary>Stores the last question and its answer.</summary>
    internal void Keep(JsonNode content)
    {
        _messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = content.DeepClone() });
        SymlinkSafeFileWriter.Write(file, _messages.ToJsonString());
    }
}
