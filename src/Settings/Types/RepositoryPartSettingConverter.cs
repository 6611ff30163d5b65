namespace Orchestrator.Settings;

/// <summary>
/// Setting type for the independent parts of a repository: a mapping from names to lists of globs, or <c>projects</c> for the projects in
/// its manifests.
/// </summary>
internal static class RepositoryPartSettingConverter
{
    private const string Projects = "projects";

    public static SettingValueConverter<RepositoryPartSettings> Scopes { get; } =
        new($"a mapping of names to lists of globs, such as {{web: [frontend/**]}}, or {Projects}", Read, Write);

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out RepositoryPartSettings value)
    {
        value = raw is ScalarNode { Text: Projects } ? RepositoryPartSettings.Projects : RepositoryPartSettings.None;
        if (value.AreProjects)
        {
            return true;
        }
        if (raw is not MappingNode map)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is neither a mapping of names to lists of globs nor '{Projects}'.", raw.Line);
            return false;
        }
        var (good, files) = (true, new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
        foreach (var entry in map.Entries)
        {
            good &= CommonSettingConverters.Texts.TryRead(entry.Value, faults, out var globs);
            files[entry.Key.Text] = globs ?? [];
        }
        value = new RepositoryPartSettings { Files = files };
        return good;
    }

    private static string Write(RepositoryPartSettings scopes) =>
        scopes.AreProjects
            ? Projects
            : "{"
                + string.Join(
                    ", ",
                    scopes
                        .Files.OrderBy(s => s.Key, StringComparer.Ordinal)
                        .Select(s => $"{s.Key}: {CommonSettingConverters.WriteTexts(s.Value)}")
                )
                + "}";
}
