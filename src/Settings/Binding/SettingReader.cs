namespace Orchestrator.Settings;

/// <summary>Gives the records of settings their values. <see cref="SettingsBinder"/> reads them from layers, <see cref="SettingIndex"/>
/// learns from the same calls which settings there are.</summary>
internal abstract class SettingReader
{
    /// <summary>The value that is in force.</summary>
    /// <param name="setting">The declaration.</param>
    /// <param name="part">What stands in place of a <c>*</c> in its name.</param>
    public T Read<T>(Setting<T> setting, string? part = null)
    {
        // Not virtual itself: a virtual method of a type of value can't be compiled ahead, and a start waits for it.
        var name = setting.NameOf(part);
        return Find(setting, name) is { } raw ? setting.Read(raw.Value, FaultsOf(setting, name, raw)) : setting.Default;
    }

    /// <summary>The text of a setting; null: none.</summary>
    protected abstract RawSetting? Find(Setting setting, string name);

    /// <summary>Takes the faults of a value.</summary>
    protected abstract FaultSink FaultsOf(Setting setting, string name, RawSetting raw);

    /// <summary>The names below a key that users choose themselves, such as those of agents.</summary>
    /// <param name="key">The key above them.</param>
    /// <param name="always">The name that is always there; null: none is.</param>
    public abstract IReadOnlyList<string> Names(string key, string? always = null);

    /// <summary>The source of the value that is in force.</summary>
    public abstract SettingSource SourceOf(Setting setting, string? part = null);

    /// <summary>Reports a value that does not go with others.</summary>
    /// <param name="holds">True where nothing is wrong.</param>
    /// <param name="setting">The setting to change.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="cure">What to write instead.</param>
    /// <param name="part">What stands in place of a <c>*</c> in its name.</param>
    public abstract void Demand(bool holds, Setting setting, string message, string cure, string? part = null);

    /// <summary>A model that is served: a retired name becomes its alias, with a warning.</summary>
    public string ReadModel(Setting<string> setting) => CurrentModel(setting, Read(setting));

    /// <inheritdoc cref="ReadModel"/>
    public string? ReadModelOrNone(Setting<string?> setting) => Read(setting) is { } model ? CurrentModel(setting, model) : null;

    /// <summary>The name to use for a model.</summary>
    protected abstract string CurrentModel(Setting setting, string model);
}
