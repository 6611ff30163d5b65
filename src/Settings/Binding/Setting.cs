namespace Orchestrator.Settings;

/// <summary>Declaration of a setting: its names, meaning, default, valid values, and the rules for setting it in a repository's
/// files.</summary>
public abstract class Setting(string name, string description, string accepts, string[]? oldNames, string[]? oldVariables, bool isSecret)
{
    /// <summary>Dotted name, such as <c>retry.max_attempts</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Human-readable description of the effect.</summary>
    public string Description { get; } = description;

    /// <summary>Human-readable description of the valid values, such as "a whole number from 1 to 64".</summary>
    public string Accepts { get; } = accepts;

    /// <summary>Former names that files may still use.</summary>
    public IReadOnlyList<string> OldNames { get; } = oldNames ?? [];

    /// <summary>Environment variables that also set it, in addition to <c>ORCHESTRATOR_*</c>.</summary>
    public IReadOnlyList<string> OldVariables { get; } = oldVariables ?? [];

    /// <summary>True if a file may only contain a reference to a variable or file with the value.</summary>
    public bool IsSecret { get; } = isSecret;

    /// <summary>True if the setting applies even from an untrusted repository's files: a number, or a name that is only displayed or
    /// compared.</summary>
    /// <remarks>Not for settings that could loosen the user's rules or limits (risk, cost, approvals, landing), even if they are numbers
    /// or switches.</remarks>
    /// <value>Default: false; the user is asked.</value>
    public bool IsHarmless { get; init; }

    /// <summary>Effect of the setting in a repository's file, shown when the user is asked to trust the repository.</summary>
    /// <value>Default: <see cref="TrustKind.Decides"/>.</value>
    public TrustKind Effect { get; init; } = TrustKind.Decides;

    /// <summary>The default value as written in a file.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Environment variable of the setting: <c>a.b_c</c> is set by <c>ORCHESTRATOR_A__B_C</c>.</summary>
    public string Variable => SettingNames.VariableOf(Name);

    /// <summary>Returns the name with its <c>*</c> replaced, for example by the name of an agent.</summary>
    /// <param name="part">Replacement for the <c>*</c>, or null if the name has none.</param>
    internal string NameOf(string? part) => part is null ? Name : Name.Replace("*", part, StringComparison.Ordinal);

    /// <summary>Returns the value in normalized form, or null after reporting faults.</summary>
    internal abstract string? TryDisplay(DocumentNode raw, FaultSink faults);

    /// <summary>Returns the value in normalized form, or as written if it is invalid.</summary>
    internal string Display(DocumentNode raw) => TryDisplay(raw, static (_, _, _, _) => { }) ?? NodeText.Of(raw);
}

/// <summary>A setting with values of type <typeparamref name="T"/>.</summary>
internal sealed class Setting<T>(
    string name,
    T defaultValue,
    SettingType<T> type,
    string description,
    string[]? oldNames = null,
    string[]? oldVariables = null
) : Setting(name, description, type.Accepts, oldNames, oldVariables, type.IsSecret)
{
    public T Default { get; } = defaultValue;

    public override string DefaultText => type.Write(Default);

    /// <summary>Returns the value, or the default after reporting faults.</summary>
    public T Read(DocumentNode raw, FaultSink faults) => type.TryRead(raw, faults, out var value) ? value : Default;

    internal override string? TryDisplay(DocumentNode raw, FaultSink faults) =>
        type.TryRead(raw, faults, out var value) ? type.Write(value) : null;
}

/// <summary>Receives the faults of a value.</summary>
/// <param name="message">Description of the fault.</param>
/// <param name="line">Line of the fault, starting at 1, or 0 if the value is not in a file.</param>
/// <param name="cure">Suggested fix, or null for the values that the setting accepts.</param>
/// <param name="below">Path of the fault inside the value, such as <c>[0].type</c>.</param>
internal delegate void FaultSink(string message, int line, string? cure = null, string below = "");

/// <summary>Reads and writes values of one type.</summary>
/// <param name="Accepts">Human-readable description of valid values, with which fault messages end.</param>
/// <param name="TryRead">Reads a value from a document. Returns false after reporting a fault.</param>
/// <param name="Write">Formats the value as written in a file.</param>
/// <param name="IsSecret">True if files may only contain references to values.</param>
internal sealed record SettingType<T>(string Accepts, SettingReader<T> TryRead, Func<T, string> Write, bool IsSecret = false);

/// <summary>Reads a value from a document. Returns false after reporting a fault.</summary>
internal delegate bool SettingReader<T>(DocumentNode raw, FaultSink faults, out T value);
