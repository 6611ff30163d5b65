namespace Orchestrator.Settings;

/// <summary>
/// Declares a setting: its names, its meaning, its default and its valid values. Also declares whether a repository's files may set it.
/// </summary>
public abstract class Setting(string name, string description, string accepts, string[]? oldNames, string[]? oldVariables, bool isSecret)
{
    /// <summary>Dotted name, such as <c>retry.max_attempts</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Description of the setting's effect, for users.</summary>
    public string Description { get; } = description;

    /// <summary>Description of the valid values for users, such as "a whole number from 1 to 64".</summary>
    public string Accepts { get; } = accepts;

    /// <summary>Former names that files may still use.</summary>
    public IReadOnlyList<string> OldNames { get; } = oldNames ?? [];

    /// <summary>Other environment variables that set this setting, in addition to its <c>ORCHESTRATOR_*</c> variable.</summary>
    public IReadOnlyList<string> OldVariables { get; } = oldVariables ?? [];

    /// <summary>True if a file must not contain the value itself, but only the name of a variable or file that contains it.</summary>
    public bool IsSecret { get; } = isSecret;

    /// <summary>
    /// True if the setting applies even from an untrusted repository's files, because it is a number or a name that is only displayed or
    /// compared.
    /// </summary>
    /// <remarks>
    /// Must be false for settings that could loosen the user's rules or limits (risk, cost, approvals, landing), even if they are numbers
    /// or switches.
    /// </remarks>
    /// <value>Default: false, meaning the user is asked.</value>
    public bool IsHarmless { get; init; }

    /// <summary>True if only the user can set the setting. The value in a repository's file is ignored with a warning.</summary>
    /// <value>Default: false.</value>
    public bool IsUserOnly { get; init; }

    /// <summary>Effect of the setting if it is in a repository's file. Shown when the user is asked to trust the repository.</summary>
    /// <value>Default: <see cref="TrustRequiringSettingEffect.Decides"/>.</value>
    public TrustRequiringSettingEffect Effect { get; init; } = TrustRequiringSettingEffect.Decides;

    /// <summary>Default value in the notation of a settings file.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Environment variable that sets the setting. For example, <c>ORCHESTRATOR_A__B_C</c> sets <c>a.b_c</c>.</summary>
    public string Variable => SettingNames.VariableOf(Name);

    /// <summary>Returns the setting's name with its <c>*</c> replaced, for example by the name of an agent.</summary>
    /// <param name="part">Replacement for the <c>*</c>, or null if the name has none.</param>
    internal string NameOf(string? part) => part is null ? Name : Name.Replace("*", part, StringComparison.Ordinal);

    /// <summary>Returns the value in normalized form. If the value is invalid, reports the problems and returns null.</summary>
    internal abstract string? TryDisplay(YamlOrJsonNode raw, FaultSink faults);

    /// <summary>Returns the value in normalized form, or as written if it is invalid.</summary>
    internal string Display(YamlOrJsonNode raw) => TryDisplay(raw, static (_, _, _, _) => { }) ?? YamlOrJsonNodeFormatter.Of(raw);
}

/// <summary>Declares a setting whose values have type <typeparamref name="T"/>.</summary>
internal sealed class Setting<T>(
    string name,
    T defaultValue,
    SettingValueConverter<T> type,
    string description,
    string[]? oldNames = null,
    string[]? oldVariables = null
) : Setting(name, description, type.Accepts, oldNames, oldVariables, type.IsSecret)
{
    public T Default { get; } = defaultValue;

    public override string DefaultText => type.Write(Default);

    /// <summary>Returns the value. If the value is invalid, reports the problems and returns the default.</summary>
    public T Read(YamlOrJsonNode raw, FaultSink faults) => type.TryRead(raw, faults, out var value) ? value : Default;

    internal override string? TryDisplay(YamlOrJsonNode raw, FaultSink faults) =>
        type.TryRead(raw, faults, out var value) ? type.Write(value) : null;
}

/// <summary>Receives the problems that are found in a value.</summary>
/// <param name="message">Description of the fault.</param>
/// <param name="line">Line of the fault, starting at 1, or 0 if the value is not in a file.</param>
/// <param name="cure">Suggested fix, or null to suggest the values that the setting accepts.</param>
/// <param name="below">Path of the fault within the value, such as <c>[0].type</c>.</param>
internal delegate void FaultSink(string message, int line, string? cure = null, string below = "");

/// <summary>Reads and writes values of one type.</summary>
/// <param name="Accepts">Description of the valid values for users, used at the end of fault messages.</param>
/// <param name="TryRead">Reads a value from a document. Returns false after reporting a fault.</param>
/// <param name="Write">Formats a value in the notation of a settings file.</param>
/// <param name="IsSecret">True if files may only contain a reference to the value.</param>
internal sealed record SettingValueConverter<T>(string Accepts, SettingReader<T> TryRead, Func<T, string> Write, bool IsSecret = false);

/// <summary>Reads a value from a document. Returns false after reporting a problem.</summary>
internal delegate bool SettingReader<T>(YamlOrJsonNode raw, FaultSink faults, out T value);
