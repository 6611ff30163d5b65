namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads the key <c>patch_intents</c>, which lists planned changes to files. The intent of a change is plain text or a mapping such as
/// <c>{prefix: /api}</c>. Some keys of the mapping imply a resource that only this task may define.
/// </summary>
internal static class PlannedFileChangeReader
{
    private const string Route = "route:";
    private const string RootRoute = Route + "/";

    private static readonly (string Member, string Prefix)[] Named =
    [
        ("prefix", Route),
        ("middleware_class", "middleware:"),
        ("key", "config:"),
        ("function_name", "di:"),
    ];

    /// <summary>Returns the intent as text.</summary>
    public static string? Intent(YamlOrJsonMappingReader patch) =>
        patch.Node("intent") is MappingNode members
            ? string.Join(", ", members.Entries.Select(entry => $"{entry.Key.Text}: {ReadText(entry.Value)}"))
            : patch.Text("intent");

    /// <summary>
    /// Returns the resources that an intent implies. Adding a router without a prefix implies the root route. An intent in plain text
    /// implies nothing, because printed plans, which contain intents only as text, list the resources separately.
    /// </summary>
    public static IReadOnlyList<string> Resources(YamlOrJsonMappingReader patch)
    {
        var isRouter = string.Equals(patch.Text("action")?.Trim(), "add_router", StringComparison.OrdinalIgnoreCase);
        switch (patch.Node("intent"))
        {
            case null:
                return isRouter ? [RootRoute] : [];
            case MappingNode members:
                string[] named = [.. Named.SelectMany(name => Of(members, name.Member, name.Prefix))];
                return isRouter && !named.Any(resource => resource.StartsWith(Route, StringComparison.Ordinal))
                    ? [RootRoute, .. named]
                    : named;
            default:
                return [];
        }
    }

    private static IEnumerable<string> Of(MappingNode members, string member, string prefix) =>
        members
            .Entries.Where(entry => entry.Key.Text == member && entry.Value is ScalarNode { IsNull: false, Text.Length: > 0 })
            .Select(entry => prefix + ((ScalarNode)entry.Value).Text.Trim());

    private static string ReadText(YamlOrJsonNode node) =>
        node switch
        {
            ScalarNode text => text.Text,
            SequenceNode list => $"[{string.Join(", ", list.Items.Select(ReadText))}]",
            MappingNode members => $"{{{string.Join(", ", members.Entries.Select(e => $"{e.Key.Text}: {ReadText(e.Value)}"))}}}",
            _ => "",
        };
}
