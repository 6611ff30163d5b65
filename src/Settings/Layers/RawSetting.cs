namespace Orchestrator.Settings;

/// <summary>A value as it was written, with its name and source, before it is bound to a setting.</summary>
/// <param name="Name">Its name, maybe an older one.</param>
/// <param name="Value">The value in its document; of a variable or a flag it has no line.</param>
/// <param name="Source">Where.</param>
/// <param name="Written">The variable or older name that sets it; null where <paramref name="Name"/> was used.</param>
internal sealed record RawSetting(string Name, DocumentNode Value, SettingSource Source, string? Written = null)
{
    /// <summary>The name that was used.</summary>
    public string Spelling => Written ?? Name;

    /// <summary>True if it was set under its present name.</summary>
    public bool IsPresentName(string present) => Name == present && (Written is null || SettingNames.OfVariable(Written) is not null);
}

/// <summary>Values of documents as text.</summary>
internal static class NodeText
{
    /// <summary>The text of a scalar; empty for null.</summary>
    public static string Of(ScalarNode scalar) => scalar.IsNull ? "" : scalar.Text;

    /// <summary>A value on one line, for messages.</summary>
    public static string Of(DocumentNode node) =>
        node switch
        {
            ScalarNode scalar => Of(scalar),
            SequenceNode list => "[" + string.Join(", ", list.Items.Select(Of)) + "]",
            MappingNode map => "{" + string.Join(", ", map.Entries.Select(entry => entry.Key.Text + ": " + Of(entry.Value))) + "}",
            _ => "",
        };

    /// <summary>A scalar that stands in no file, or in a line of one.</summary>
    public static ScalarNode Scalar(string text, int line = 0) => new(line, 0, text, isPlain: false);
}
