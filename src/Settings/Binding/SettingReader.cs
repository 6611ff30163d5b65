namespace Orchestrator.Settings;

/// <summary>Supplies the settings records with values. <see cref="SettingsBinder"/> reads them from the layers. <see cref="SettingIndex"/>
/// uses the same calls to discover the declared settings.</summary>
internal abstract class SettingReader
{
    /// <summary>Returns the effective value.</summary>
    /// <param name="setting">Declaration of the setting.</param>
    /// <param name="part">Replacement for the <c>*</c> in its name, or null if it has none.</param>
    public T Read<T>(Setting<T> setting, string? part = null)
    {
        // Not virtual itself because a generic virtual method with a value type can't be compiled ahead of time, which would delay each
        // start.
        var name = setting.NameOf(part);
        return Find(setting, name) is { } raw ? setting.Read(raw.Value, FaultsOf(setting, name, raw)) : setting.Default;
    }

    /// <summary>Returns the raw value of a setting, or null if it is not set.</summary>
    protected abstract RawSetting? Find(Setting setting, string name);

    /// <summary>Returns the receiver of a value's faults.</summary>
    protected abstract FaultSink FaultsOf(Setting setting, string name, RawSetting raw);

    /// <summary>Returns the user-defined names below a key, such as those of agents.</summary>
    /// <param name="key">The parent key.</param>
    /// <param name="always">A name that always exists, or null for none.</param>
    public abstract IReadOnlyList<string> Names(string key, string? always = null);

    /// <summary>Returns the source of the effective value.</summary>
    public abstract SettingSource SourceOf(Setting setting, string? part = null);

    /// <summary>Reports a value that is inconsistent with others, unless a condition holds.</summary>
    /// <param name="holds">True if the values are consistent.</param>
    /// <param name="setting">The setting to change.</param>
    /// <param name="message">Description of the fault.</param>
    /// <param name="cure">Suggested fix.</param>
    /// <param name="part">Replacement for the <c>*</c> in the setting's name, or null if it has none.</param>
    public abstract void Demand(bool holds, Setting setting, string message, string cure, string? part = null);

    /// <summary>Returns a model that is still served. A retired name is replaced by its alias with a warning.</summary>
    public string ReadModel(Setting<string> setting) => CurrentModel(setting, Read(setting));

    /// <inheritdoc cref="ReadModel"/>
    public string? ReadModelOrNone(Setting<string?> setting) => Read(setting) is { } model ? CurrentModel(setting, model) : null;

    /// <summary>Returns the name to use for a model.</summary>
    protected abstract string CurrentModel(Setting setting, string model);
}
