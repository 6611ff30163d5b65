namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads <c>patch_intents</c>. An intent is a text, or members of what is to be added (<c>{prefix: /api}</c>), some of which name
/// a resource that only the task may define.</summary>
internal static class PatchBinder
{
    private static readonly (string Member, string Prefix)[] Named =
    [
        ("prefix", "route:"),
        ("middleware_class", "middleware:"),
        ("key", "config:"),
        ("function_name", "di:"),
    ];

    /// <summary>The intent as text.</summary>
    public static string? Intent(Fields patch) =>
        patch.Node("intent") is MappingNode members
            ? string.Join(", ", members.Entries.Select(entry => $"{entry.Key.Text}: {Words(entry.Value)}"))
            : patch.Text("intent");

    /// <summary>The resources that it implies.</summary>
    public static IEnumerable<string> Resources(Fields patch) =>
        patch.Node("intent") is not MappingNode members
            ? []
            : Named.SelectMany(named =>
                members
                    .Entries.Where(entry => entry.Key.Text == named.Member && entry.Value is ScalarNode { IsNull: false, Text.Length: > 0 })
                    .Select(entry => named.Prefix + ((ScalarNode)entry.Value).Text.Trim())
            );

    private static string Words(DocumentNode node) =>
        node switch
        {
            ScalarNode text => text.Text,
            SequenceNode list => $"[{string.Join(", ", list.Items.Select(Words))}]",
            MappingNode members => $"{{{string.Join(", ", members.Entries.Select(e => $"{e.Key.Text}: {Words(e.Value)}"))}}}",
            _ => "",
        };
}
