namespace Orchestrator.Settings;

/// <summary>Setting types for notifications.</summary>
internal static class NotificationSettingConverters
{
    public static SettingValueConverter<QuietHours?> QuietHours { get; } =
        new("a daily time range by this machine's clock, such as 22:00-07:00, or off", ReadQuiet, value => value?.ToString() ?? "off");

    public static SettingValueConverter<IReadOnlyList<string>?> Kinds { get; } =
        new($"a list with any of {string.Join(", ", NoticeKinds.All)}", ReadKinds, Write);

    public static SettingValueConverter<IReadOnlyList<string>?> Receivers { get; } =
        new(
            "a list of strings",
            (YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string>? value) =>
                SettingValueParser.ReadTexts(raw, faults, out value!),
            Write
        );

    private static string Write(IReadOnlyList<string>? texts) => texts is null ? "none" : CommonSettingConverters.WriteTexts(texts);

    private static bool ReadQuiet(YamlOrJsonNode raw, FaultSink faults, out QuietHours? value)
    {
        value = null;
        if (raw is ScalarNode { Text: "off" or "none" or "false" })
        {
            return true;
        }
        value = raw is ScalarNode { Text: var text } ? Settings.QuietHours.TryRead(text) : null;
        if (value is null)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not {QuietHours.Accepts}.", raw.Line);
        }
        return value is not null;
    }

    private static bool ReadKinds(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string>? value)
    {
        if (!SettingValueParser.ReadTexts(raw, faults, out var texts))
        {
            value = null;
            return false;
        }
        value = texts;
        var unknown = texts.Where(text => !NoticeKinds.All.Contains(text)).ToList();
        foreach (var text in unknown)
        {
            var near = NearestName.Of(text, NoticeKinds.All);
            faults($"no notice is named '{text}'{(near is null ? "" : $"; the nearest name is '{near}'")}.", raw.Line);
        }
        return unknown.Count == 0;
    }
}
