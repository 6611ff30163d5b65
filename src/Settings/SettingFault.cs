namespace Orchestrator.Settings;

/// <summary>Something that is wrong, or odd, with one setting: where it stands and what to do.</summary>
/// <param name="Key">Name of the setting as it was written; empty where the fault is the whole file's.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Cure">What to write instead, one sentence.</param>
/// <param name="Source">Where it was set.</param>
public sealed record SettingFault(string Key, string Message, string Cure, SettingSource Source)
{
    /// <summary>The whole fault on one line, for people.</summary>
    public override string ToString() => $"{Source}: {(Key.Length == 0 ? "" : Key + ": ")}{Message} {Cure}";
}
