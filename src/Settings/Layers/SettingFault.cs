namespace Orchestrator.Settings;

/// <summary>An error or warning about a setting, with its source and a suggested fix.</summary>
/// <param name="Key">Name of the setting as written; empty for a fault of the file as a whole.</param>
/// <param name="Message">Sentence that describes the fault.</param>
/// <param name="Cure">Sentence that suggests a fix.</param>
/// <param name="Source">Source of the value.</param>
public sealed record SettingFault(string Key, string Message, string Cure, SettingSource Source)
{
    /// <summary>Creates the error for an invalid value.</summary>
    /// <param name="setting">Setting with the invalid value.</param>
    /// <param name="key">Name of the setting as written.</param>
    /// <param name="message">Description of the fault. If it already names the accepted values, the suggested fix is to use the
    /// default.</param>
    /// <param name="source">Source of the value.</param>
    /// <param name="cure">Suggested fix, or null if there is none.</param>
    internal static SettingFault OfValue(Setting setting, string key, string message, SettingSource source, string? cure = null) =>
        new(
            key,
            message,
            cure is not null ? cure
                : message.Contains(setting.Accepts, StringComparison.Ordinal) ? $"The default is {setting.DefaultText}."
                : $"Give {setting.Accepts}.",
            source
        );

    /// <summary>Formats the error or warning on one line for display.</summary>
    public override string ToString() => $"{Source}: {(Key.Length == 0 ? "" : Key + ": ")}{Message} {Cure}";
}
