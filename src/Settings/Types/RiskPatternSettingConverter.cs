namespace Orchestrator.Settings;

/// <summary>Setting type for risk patterns with weights. A pattern that can't be matched in linear time is an error.</summary>
internal static class RiskPatternSettingConverter
{
    private static readonly SettingValueConverter<int> Weight = CommonSettingConverters.Whole(0, 1000);

    public static SettingValueConverter<IReadOnlyList<RiskPattern>?> Patterns { get; } =
        new("a list of mappings with the keys 'pattern' and 'weight'", Read, Write);

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<RiskPattern>? value)
    {
        var patterns = new List<RiskPattern>();
        value = patterns;
        if (raw is not SequenceNode list)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not a list of mappings with 'pattern' and 'weight'.", raw.Line);
            return false;
        }
        var good = true;
        foreach (var item in list.Items)
        {
            good &= ReadPattern(item, faults, patterns);
        }
        return good;
    }

    private static bool ReadPattern(YamlOrJsonNode raw, FaultSink faults, List<RiskPattern> patterns)
    {
        if (raw is not MappingNode map || Member(map, "pattern") is not { } rawPattern || Member(map, "weight") is not { } rawWeight)
        {
            faults("each entry needs 'pattern' and 'weight'.", raw.Line);
            return false;
        }
        if (!CommonSettingConverters.Text.TryRead(rawPattern, faults, out var pattern) | !Weight.TryRead(rawWeight, faults, out var weight))
        {
            return false;
        }
        if (RiskScore.PatternFaults(new RiskScoreOptions { SensitivePatterns = [new SensitivePattern(pattern, weight)] }) is [var fault])
        {
            faults($"the pattern '{pattern}' can't be used: {fault.Reason}", rawPattern.Line);
            return false;
        }
        patterns.Add(new RiskPattern(pattern, weight));
        return true;
    }

    private static YamlOrJsonNode? Member(MappingNode map, string key) => map.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    private static string Write(IReadOnlyList<RiskPattern>? patterns) =>
        patterns is null
            ? "built-in"
            : "["
                + string.Join(
                    ", ",
                    patterns.Select(pattern => $"{{pattern: {CommonSettingConverters.Quote(pattern.Pattern)}, weight: {pattern.Weight}}}")
                )
                + "]";
}
