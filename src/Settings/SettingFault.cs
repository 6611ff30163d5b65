namespace Orchestrator.Settings;

/// <summary>Something that is wrong, or odd, with one setting: where it stands and what to do.</summary>
/// <param name="Key">Name of the setting as it was written; empty where the fault is the whole file's.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Cure">What to write instead, one sentence.</param>
/// <param name="Source">Where it was set.</param>
public sealed record SettingFault(string Key, string Message, string Cure, SettingSource Source)
{
    /// <summary>Of a value that a setting does not take.</summary>
    /// <param name="key">Its name as it was written.</param>
    /// <param name="message">What is wrong; where it says what is accepted, the cure is the default.</param>
    /// <param name="source">Where it was set.</param>
    internal static SettingFault OfValue(Setting setting, string key, string message, SettingSource source) =>
        new(
            key,
            message,
            message.Contains(setting.Accepts, StringComparison.Ordinal)
                ? $"The default is {setting.DefaultText}."
                : $"Give {setting.Accepts}.",
            source
        );

    /// <summary>The whole fault on one line, for people.</summary>
    public override string ToString() => $"{Source}: {(Key.Length == 0 ? "" : Key + ": ")}{Message} {Cure}";
}
