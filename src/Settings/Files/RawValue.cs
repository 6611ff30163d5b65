namespace Orchestrator.Settings;

/// <summary>A value as it was written, before its type is known.</summary>
/// <param name="Line">Line in the file, from 1; 0 where there is none.</param>
internal abstract record RawValue(int Line);

/// <summary>One text.</summary>
internal sealed record RawScalar(string Text, int Line = 0) : RawValue(Line);

/// <summary>Several values in order.</summary>
internal sealed record RawList(IReadOnlyList<RawValue> Items, int Line = 0) : RawValue(Line);

/// <summary>Named values.</summary>
internal sealed record RawMap(IReadOnlyList<RawEntry> Entries, int Line = 0) : RawValue(Line);

/// <summary>One entry of a <see cref="RawMap"/>.</summary>
internal sealed record RawEntry(string Key, RawValue Value, int Line);

/// <summary>A raw value with its name and source, ready to be bound to a setting.</summary>
/// <param name="Name">Its name, maybe an older one.</param>
/// <param name="Value">As it was written.</param>
/// <param name="Source">Where.</param>
/// <param name="Written">The variable or older name that sets it; null where <paramref name="Name"/> was used.</param>
internal sealed record RawSetting(string Name, RawValue Value, SettingSource Source, string? Written = null)
{
    /// <summary>The name that was used.</summary>
    public string Spelling => Written ?? Name;

    /// <summary>Whether it was set under its present name.</summary>
    public bool IsPresentName(string present) => Name == present && (Written is null || SettingNames.OfVariable(Written) is not null);
}
