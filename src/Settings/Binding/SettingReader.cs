namespace Orchestrator.Settings;

/// <summary>
/// Supplies values to the settings records. <see cref="SettingsBinder"/> reads the values from the layers.
/// <see cref="SettingDeclarationIndex"/> makes the same calls to determine the declared settings.
/// </summary>
internal abstract class SettingReader
{
    /// <summary>Returns the effective value of a setting.</summary>
    /// <param name="setting">Declaration of the setting.</param>
    /// <param name="part">Replacement for the <c>*</c> in its name, or null if it has none.</param>
    public T Read<T>(Setting<T> setting, string? part = null)
    {
        // This method is not virtual, because a generic virtual method with a value type can't be compiled ahead of time, which would delay
        // each start.
        var name = setting.NameOf(part);
        return Find(setting, name) is { } raw ? setting.Read(raw.Value, FaultsOf(setting, name, raw)) : setting.Default;
    }

    /// <summary>Returns the value of a setting as written, or null if it is not set.</summary>
    protected abstract RawSetting? Find(Setting setting, string name);

    /// <summary>Returns the sink that receives the problems found in a value.</summary>
    protected abstract FaultSink FaultsOf(Setting setting, string name, RawSetting raw);

    /// <summary>Returns the names that users have defined as members of a key, such as the names of agents.</summary>
    /// <param name="key">Key that contains the names.</param>
    /// <param name="always">Name that is always included, or null if there is none.</param>
    public abstract IReadOnlyList<string> Names(string key, string? always = null);

    /// <summary>Returns the source of a setting's effective value.</summary>
    public abstract SettingSource SourceOf(Setting setting, string? part = null);

    /// <summary>Reports an error for a setting, such as a conflict with another setting, unless the given condition is true.</summary>
    /// <param name="holds">True if the values are consistent.</param>
    /// <param name="setting">Setting that the user should change.</param>
    /// <param name="message">Description of the fault.</param>
    /// <param name="cure">Suggested fix.</param>
    /// <param name="part">Replacement for the <c>*</c> in the setting's name, or null if it has none.</param>
    public abstract void Require(bool holds, Setting setting, string message, string cure, string? part = null);

    /// <summary>
    /// Returns the model that a setting names. If the model has been retired, returns the alias that replaces it and reports a warning.
    /// </summary>
    public string ReadModel(Setting<string> setting) => CurrentModel(setting, Read(setting));

    /// <inheritdoc cref="ReadModel"/>
    public string? ReadModelOrNone(Setting<string?> setting) => Read(setting) is { } model ? CurrentModel(setting, model) : null;

    /// <summary>
    /// Returns the name under which a model is available now. If the given model has been retired, this is the alias that replaces it.
    /// </summary>
    protected abstract string CurrentModel(Setting setting, string model);
}
