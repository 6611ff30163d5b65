namespace Orchestrator.Settings;

/// <summary>Parses the text of a configuration file in YAML or JSON.</summary>
internal static class ConfigurationFile
{
    /// <summary>Maximum length of a file in characters. Longer files are rejected.</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>Returns the root mapping, or null if the file is empty or invalid.</summary>
    /// <remarks>Aliases are rejected, because a small file in an untrusted repository could expand to gigabytes of text.</remarks>
    /// <param name="text">Text to parse.</param>
    /// <param name="file">Source of the text. The extension <c>.json</c> means JSON.</param>
    /// <param name="faults">List that receives all faults.</param>
    public static MappingNode? Read(string text, SettingSource file, ICollection<SettingFault> faults)
    {
        if (text.Length > MaxLength)
        {
            faults.Add(
                new SettingFault(
                    "",
                    $"the file has {Plural.Of(text.Length, "character")}, which is too long for a configuration.",
                    $"Keep it under {MaxLength}.",
                    file
                )
            );
            return null;
        }
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new SettingFault("", "the file is binary.", "Write YAML text.", file));
            return null;
        }
        var found = new FaultList(file.Place);
        var root = YamlOrJsonNode.Read(text, found, hasAliases: false);
        foreach (var fault in found.Sorted())
        {
            faults.Add(new SettingFault(fault.Field, fault.Message, fault.Cure, file with { Line = fault.Line }));
        }
        switch (root)
        {
            case null or ScalarNode { IsNull: true } or ScalarNode { Text.Length: 0 }:
                return null;
            case MappingNode map:
                return map;
            default:
                faults.Add(
                    new SettingFault("", "the file is not a mapping.", "Write one 'key: value' per line.", file with { Line = root.Line })
                );
                return null;
        }
    }
}
