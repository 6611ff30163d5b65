using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messages;

/// <summary>
/// Builds the content that a command's signature covers: the run, the command's wire name and arguments, the user, and the time. A
/// signature is therefore invalid for another run, command or argument.
/// </summary>
public static class SignedCommandContentBuilder
{
    /// <summary>Returns the bytes to sign.</summary>
    /// <param name="runId">Id of the run that receives the command.</param>
    /// <param name="name">Wire name of the command (<see cref="WorkflowMessageNames"/>).</param>
    /// <param name="command">The command. Its own author and signature are not part of the content.</param>
    /// <param name="by">The user and their client.</param>
    /// <param name="at">Time of the signature.</param>
    public static byte[] Of(string runId, string name, SteeringUpdateArguments command, string by, DateTimeOffset at)
    {
        var arguments = command with { By = "", Signature = null };
        var content = new JsonObject
        {
            ["run"] = runId,
            ["command"] = name,
            ["by"] = by,
            ["at"] = at.ToUnixTimeSeconds(),
            ["arguments"] = JsonSerializer.SerializeToNode(arguments, command.GetType(), PayloadJsonOptions.Options),
        };
        return JsonSerializer.SerializeToUtf8Bytes(Canonical(content), PayloadJsonOptions.Options);
    }

    /// <summary>
    /// Sorts the members of JSON objects and omits empty members. Clients of different versions, which know more or fewer members, then
    /// produce the same bytes.
    /// </summary>
    private static JsonNode Canonical(JsonNode node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .Where(member => !IsEmpty(member.Value))
                    .OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, Canonical(member.Value!)))
            ),
            JsonArray items => new JsonArray([.. items.Select(item => item is null ? null : Canonical(item))]),
            _ => node.DeepClone(),
        };

    private static bool IsEmpty(JsonNode? node) =>
        node is null || (node.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Length == 0);
}
