namespace Orchestrator.Settings;

/// <summary>A setting as written, with its source, before its value is parsed.</summary>
/// <param name="Name">Current or former name of the setting.</param>
/// <param name="Value">Value as a document node. Values from variables and flags have no line number.</param>
/// <param name="Source">Source of the value.</param>
/// <param name="Written">Variable or former name that was used to set it, or null if <paramref name="Name"/> was used.</param>
internal sealed record RawSetting(string Name, YamlOrJsonNode Value, SettingSource Source, string? Written = null)
{
    /// <summary>Name under which the setting was written: its current name, a former name or an environment variable.</summary>
    public string Spelling => Written ?? Name;

    /// <summary>True if the value was set under the setting's current name or environment variable, not under a former name.</summary>
    public bool IsPresentName(string present) => Name == present && (Written is null || SettingNames.OfVariable(Written) is not null);
}

/// <summary>Converts document values to text.</summary>
internal static class YamlOrJsonNodeFormatter
{
    /// <summary>Returns the text of a scalar, or an empty string for a null scalar.</summary>
    public static string Of(ScalarNode scalar) => scalar.IsNull ? "" : scalar.Text;

    /// <summary>Formats a value on one line, for messages.</summary>
    public static string Of(YamlOrJsonNode node) =>
        node switch
        {
            ScalarNode scalar => Of(scalar),
            SequenceNode list => "[" + string.Join(", ", list.Items.Select(Of)) + "]",
            MappingNode map => "{" + string.Join(", ", map.Entries.Select(entry => entry.Key.Text + ": " + Of(entry.Value))) + "}",
            _ => "",
        };

    /// <summary>Creates a scalar with a line number, which is 0 if the value is not in a file.</summary>
    public static ScalarNode Scalar(string text, int line = 0) => new(line, 0, text, isPlain: false);
}
