namespace Orchestrator.Settings;

/// <summary>A fault or warning about one setting, with its place and cure.</summary>
/// <param name="Key">Name of the setting as it was written; empty for a fault of the whole file.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Cure">What to write instead, one sentence.</param>
/// <param name="Source">Its source.</param>
public sealed record SettingFault(string Key, string Message, string Cure, SettingSource Source)
{
    /// <summary>For an invalid value.</summary>
    /// <param name="key">Its name as it was written.</param>
    /// <param name="message">The fault; if it says what is accepted, the cure is the default.</param>
    /// <param name="source">Its source.</param>
    /// <param name="cure">The cure, where it is known.</param>
    internal static SettingFault OfValue(Setting setting, string key, string message, SettingSource source, string? cure = null) =>
        new(
            key,
            message,
            cure is not null ? cure
                : message.Contains(setting.Accepts, StringComparison.Ordinal) ? $"The default is {setting.DefaultText}."
                : $"Give {setting.Accepts}.",
            source
        );

    /// <summary>The whole fault on one line, for people.</summary>
    public override string ToString() => $"{Source}: {(Key.Length == 0 ? "" : Key + ": ")}{Message} {Cure}";
}
