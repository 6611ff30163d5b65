namespace Orchestrator.Settings;

/// <summary>Flattens a tree of settings into a list with dotted names.</summary>
internal static class SettingsFlattener
{
    /// <summary>Returns the settings in a mapping. Nested keys become dotted names. A key without a value counts as not set.</summary>
    public static List<RawSetting> Of(MappingNode map, string prefix, SettingSource source)
    {
        var settings = new List<RawSetting>();
        foreach (var entry in map.Entries)
        {
            var name = prefix + entry.Key.Text;
            if (entry.Value is MappingNode inner && (SettingDeclarationIndex.Find(name) is null || SettingDeclarationIndex.HasInner(name)))
            {
                settings.AddRange(Of(inner, name + ".", source));
            }
            else if (entry.Value is not ScalarNode scalar || YamlOrJsonNodeFormatter.Of(scalar).Length > 0)
            {
                settings.Add(new RawSetting(name, entry.Value, source with { Line = entry.Key.Line }));
            }
        }
        return settings;
    }
}
