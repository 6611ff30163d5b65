using System.Text.Json.Nodes;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Settings;

/// <summary>
/// Setting type for agent descriptions: the name of a built-in description, or a mapping. The value is kept as JSON, which a run stores at
/// its start.
/// </summary>
internal static class AgentDescriptionSettingConverter
{
    public static SettingValueConverter<string?> Description { get; } =
        new("the name of a known agent, or a mapping as described in docs/reference/agents.md", Read, value => value ?? "none");

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out string? value)
    {
        value = ToJson(raw).ToJsonString();
        var found = AgentDescriptionReader.Read(value).Faults;
        foreach (var fault in found)
        {
            faults(fault.Message, LineOf(raw, fault.Path), fault.Cure, fault.Path.Length == 0 ? "" : "." + fault.Path);
        }
        return found.Count == 0;
    }

    private static JsonNode ToJson(YamlOrJsonNode node)
    {
        switch (node)
        {
            case MappingNode map:
                JsonObject members = [];
                foreach ((var key, var inner) in map.Entries)
                {
                    members[key.Text] = ToJson(inner);
                }
                return members;
            case SequenceNode list:
                return new JsonArray([.. list.Items.Select(ToJson)]);
            default:
                return JsonValue.Create(((ScalarNode)node).Text);
        }
    }

    /// <summary>
    /// Returns the line number of the value at a path such as <c>stream.events[0].on</c>, or of its nearest parent that exists.
    /// </summary>
    private static int LineOf(YamlOrJsonNode root, string path)
    {
        var at = root;
        foreach (var part in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            var next = at switch
            {
                MappingNode map => map.Entries.FirstOrDefault(entry => entry.Key.Text == part).Value,
                SequenceNode list when int.TryParse(part, out var index) && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (next is null)
            {
                break;
            }
            at = next;
        }
        return at.Line;
    }
}
