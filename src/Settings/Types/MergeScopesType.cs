namespace Orchestrator.Settings;

/// <summary>Setting type of the independent parts of a repository: a mapping from names to lists of globs.</summary>
internal static class MergeScopesType
{
    public static SettingType<IReadOnlyDictionary<string, IReadOnlyList<string>>> Scopes { get; } =
        new("a mapping of names to lists of globs, such as {web: [frontend/**]}", Read, Write);

    private static bool Read(DocumentNode raw, FaultSink faults, out IReadOnlyDictionary<string, IReadOnlyList<string>> value)
    {
        var scopes = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        value = scopes;
        if (raw is not MappingNode map)
        {
            faults($"'{NodeText.Of(raw)}' is not a mapping of names to lists of globs.", raw.Line);
            return false;
        }
        var good = true;
        foreach (var entry in map.Entries)
        {
            good &= SettingTypes.Texts.TryRead(entry.Value, faults, out var globs);
            scopes[entry.Key.Text] = globs ?? [];
        }
        return good;
    }

    private static string Write(IReadOnlyDictionary<string, IReadOnlyList<string>> scopes) =>
        "{"
        + string.Join(", ", scopes.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}: {SettingTypes.WriteTexts(s.Value)}"))
        + "}";
}
