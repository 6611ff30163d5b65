using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Orchestrator.Agents.Descriptions;

/// <summary>Error in an agent description.</summary>
/// <param name="Path">Path within the description, such as <c>stream.events[0].on</c>. Empty if the fault concerns the whole
/// description.</param>
/// <param name="Message">Sentence that describes the fault.</param>
/// <param name="Cure">Suggested fix.</param>
public sealed record AgentDescriptionFault(string Path, string Message, string Cure);

/// <summary>Reads agent descriptions from JSON in which all values are strings.</summary>
public static partial class AgentDescriptionReader
{
    /// <summary>
    /// Member that names a built-in description. The members of the built-in description apply unless this description overrides them.
    /// </summary>
    public const string Like = "like";

    /// <summary>Returns the agent description, or null and at least one error in the description.</summary>
    /// <param name="json">JSON object, or a JSON string that names a known description.</param>
    public static (AgentDescription? Description, IReadOnlyList<AgentDescriptionFault> Faults) Read(string json)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json);
        }
        catch (JsonException e)
        {
            return (null, [new AgentDescriptionFault("", $"it is not JSON: {e.Message}", "Write the description as a mapping.")]);
        }
        if (node is JsonValue text && text.GetValueKind() == JsonValueKind.String)
        {
            node = new JsonObject { [Like] = (string?)text };
        }
        if (node is not JsonObject own)
        {
            return (
                null,
                [
                    new AgentDescriptionFault(
                        "",
                        "it is neither a mapping nor the name of a known agent.",
                        "Write the description as a mapping, or name a known agent."
                    ),
                ]
            );
        }
        if (own[Like] is { } like)
        {
            if (like.GetValueKind() != JsonValueKind.String || BuiltInAgents.FindText((string)like!) is not { } known)
            {
                return (
                    null,
                    [
                        new AgentDescriptionFault(
                            Like,
                            $"the agent '{like}' is unknown.",
                            $"Known agents: {string.Join(", ", BuiltInAgents.Names)}. Otherwise, describe the agent without 'like'."
                        ),
                    ]
                );
            }
            own = Overlay(known, own);
        }
        return Bind(own);
    }

    private static JsonObject Overlay(string known, JsonObject own)
    {
        var all = JsonNode.Parse(known, documentOptions: Options)!.AsObject();
        foreach ((var name, var value) in own.Where(member => member.Key != Like))
        {
            all[name] = value?.DeepClone();
        }
        return all;
    }

    private static JsonDocumentOptions Options { get; } = new() { CommentHandling = JsonCommentHandling.Skip };

    private static (AgentDescription?, IReadOnlyList<AgentDescriptionFault>) Bind(JsonObject own)
    {
        try
        {
            var description = own.Deserialize(AgentDescriptionJsonContext.Default.AgentDescription)!;
            var faults = AgentDescriptionValidator.FaultsOf(description).ToList();
            return (faults.Count == 0 ? description : null, faults);
        }
        catch (JsonException e)
        {
            var path = (e.Path ?? "$").TrimStart('$').TrimStart('.');
            return (
                null,
                [new AgentDescriptionFault(path, Sentence(e.Message), "docs/reference/agents.md lists the keys of an agent description.")]
            );
        }
    }

    /// <summary>
    /// Converts the serializer's error message to one that users understand. Removes type names, which are internal to this program, and
    /// positions, which refer to JSON that the user did not write.
    /// </summary>
    private static string Sentence(string message) =>
        UnknownMember().Match(message) is { Success: true } unknown ? $"'{unknown.Groups[1].Value}' is not a valid description key."
        : OtherType().IsMatch(message) ? "the value does not have the type that this key requires."
        : OwnType().Replace(message.Split(" Path: ", 2)[0], "a description");

    [GeneratedRegex("^The JSON property '([^']*)' could not be mapped")]
    private static partial Regex UnknownMember();

    [GeneratedRegex("^The JSON value could not be converted")]
    private static partial Regex OtherType();

    [GeneratedRegex(@"Orchestrator\.[A-Za-z.]+")]
    private static partial Regex OwnType();
}

/// <summary>Settings for the JSON serialization of agent descriptions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [
        typeof(SnakeCaseEnumConverter<AgentProtocol>),
        typeof(SnakeCaseEnumConverter<PromptDeliveryMethod>),
        typeof(SnakeCaseEnumConverter<ConversationIdOriginKind>),
        typeof(SnakeCaseEnumConverter<ConversationFileContent>),
        typeof(SnakeCaseEnumConverter<AgentFailureKind>),
        typeof(SnakeCaseEnumConverter<AgentStreamFormat>),
        typeof(SnakeCaseEnumConverter<UsageCountPeriod>),
        typeof(SnakeCaseEnumConverter<AgentEndKind>),
        typeof(SnakeCaseEnumConverter<AgentApiKeyPrecedence>),
    ]
)]
[JsonSerializable(typeof(AgentDescription))]
internal sealed partial class AgentDescriptionJsonContext : JsonSerializerContext;

/// <summary>Reads and writes enum values as snake-case names, such as <c>gave_up</c>.</summary>
internal sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
