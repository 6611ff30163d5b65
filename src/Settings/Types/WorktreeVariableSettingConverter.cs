namespace Orchestrator.Settings;

/// <summary>
/// Setting type for environment variables whose values depend on the worktree: a mapping from names to strings with placeholders. An
/// unknown placeholder is an error.
/// </summary>
internal static class WorktreeVariableSettingConverter
{
    public static SettingValueConverter<IReadOnlyDictionary<string, string>> Variables { get; } =
        new("a mapping of variable names to strings, which can contain {port}, {port+1} to {port+19}, {worktree} and {tmp}", Read, Write);

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyDictionary<string, string> value)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        value = variables;
        if (raw is not MappingNode map)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not a mapping of variables to strings.", raw.Line);
            return false;
        }
        var good = true;
        foreach (var entry in map.Entries)
        {
            var fault =
                WorktreeVariables.FaultOfName(entry.Key.Text) is { } why ? $"'{entry.Key.Text}' {why}."
                : entry.Value is not ScalarNode text
                    ? $"the value of '{entry.Key.Text}' is not a single string; a string that begins with a brace needs quotes."
                : WorktreeVariables.UnknownPlace(text.Text) is { } unknown
                    ? $"'{unknown}' in the value of '{entry.Key.Text}' is not a known placeholder; to use it literally, write "
                        + $"'{{{unknown}}}'."
                : null;
            if (fault is null)
            {
                variables[entry.Key.Text] = ((ScalarNode)entry.Value).Text;
            }
            else
            {
                faults(fault, entry.Key.Line);
            }
            good &= fault is null;
        }
        return good;
    }

    private static string Write(IReadOnlyDictionary<string, string> variables) =>
        variables.Count == 0
            ? "none"
            : "{"
                + string.Join(
                    ", ",
                    variables.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}: {CommonSettingConverters.Quote(v.Value)}")
                )
                + "}";
}
