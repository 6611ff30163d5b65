namespace Orchestrator.Settings;

/// <summary>Setting keys <c>changes.*</c>.</summary>
internal static class ChangeKeys
{
    internal static readonly Setting<int?> MaxLines = new(
        "changes.max_lines",
        null,
        SettingTypes.WholeOrOff(1, 10_000_000),
        "lines that one task may add and remove in all, tools' own files apart; a task with allow_large_changes may more"
    );

    internal static readonly Setting<int?> MaxFormatOnly = new(
        "changes.max_format_only",
        null,
        SettingTypes.WholeOrOff(0, 1_000_000),
        "files that one task may change in white space alone"
    );
}
