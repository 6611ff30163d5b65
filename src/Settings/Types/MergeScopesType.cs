namespace Orchestrator.Settings;

/// <summary>
/// Setting type for the independent parts of a repository: a mapping from names to lists of globs, or <c>projects</c> for the projects in
/// its manifests.
/// </summary>
internal static class MergeScopesType
{
    private const string Projects = "projects";

    public static SettingType<MergeScopeSettings> Scopes { get; } =
        new($"a mapping of names to lists of globs, such as {{web: [frontend/**]}}, or {Projects}", Read, Write);

    private static bool Read(DocumentNode raw, FaultSink faults, out MergeScopeSettings value)
    {
        value = raw is ScalarNode { Text: Projects } ? MergeScopeSettings.Projects : MergeScopeSettings.None;
        if (value.AreProjects)
        {
            return true;
        }
        if (raw is not MappingNode map)
        {
            faults($"'{NodeTextConverter.Of(raw)}' is neither a mapping of names to lists of globs nor '{Projects}'.", raw.Line);
            return false;
        }
        var (good, files) = (true, new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
        foreach (var entry in map.Entries)
        {
            good &= SettingTypes.Texts.TryRead(entry.Value, faults, out var globs);
            files[entry.Key.Text] = globs ?? [];
        }
        value = new MergeScopeSettings { Files = files };
        return good;
    }

    private static string Write(MergeScopeSettings scopes) =>
        scopes.AreProjects
            ? Projects
            : "{"
                + string.Join(
                    ", ",
                    scopes.Files.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}: {SettingTypes.WriteTexts(s.Value)}")
                )
                + "}";
}
