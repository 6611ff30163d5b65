namespace Orchestrator.Settings;

/// <summary>Limits on the changes that each task makes (<c>changes.*</c>), where null means no limit.</summary>
/// <param name="MaxLines">Maximum number of added and removed lines together. Does not apply to tasks with
/// <c>allow_large_changes</c>.</param>
/// <param name="MaxFormatOnly">Maximum number of files that differ only in white space.</param>
public sealed record TaskChangeLimitSettings(int? MaxLines, int? MaxFormatOnly)
{
    private static readonly Setting<int?> MaxLinesKey = new(
        "changes.max_lines",
        null,
        CommonSettingConverters.WholeOrOff(1, 10_000_000),
        "maximum total of lines that one task may add and remove, excluding generated files; tasks with " + "allow_large_changes are exempt"
    );

    private static readonly Setting<int?> MaxFormatOnlyKey = new(
        "changes.max_format_only",
        null,
        CommonSettingConverters.WholeOrOff(0, 1_000_000),
        "maximum number of files in which one task may change nothing but white space"
    );

    internal static TaskChangeLimitSettings Read(SettingReader settings) =>
        new(settings.Read(MaxLinesKey), settings.Read(MaxFormatOnlyKey));
}
