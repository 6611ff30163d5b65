namespace Orchestrator.Settings;

/// <summary>A setting's declaration: its names, meaning, default, valid values, and what a repository's file may do with it.</summary>
public abstract class Setting(string name, string description, string accepts, string[]? oldNames, string[]? oldVariables, bool isSecret)
{
    /// <summary>Dotted name, as in <c>retry.max_attempts</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The effect of the setting, for people.</summary>
    public string Description { get; } = description;

    /// <summary>The valid values, for people, such as "a whole number from 1 to 64".</summary>
    public string Accepts { get; } = accepts;

    /// <summary>Older names that files may still use.</summary>
    public IReadOnlyList<string> OldNames { get; } = oldNames ?? [];

    /// <summary>Environment variables beside <c>ORCHESTRATOR_*</c> that set it.</summary>
    public IReadOnlyList<string> OldVariables { get; } = oldVariables ?? [];

    /// <summary>True where a file may only name a variable or a file with the value.</summary>
    public bool IsSecret { get; } = isSecret;

    /// <summary>True if the setting counts from a repository's files before a person trusts them: a number, or a name that is only
    /// displayed or compared.</summary>
    /// <remarks>Not for settings that would loosen a rule or a limit of the person (risk, cost, approvals, landing), even if they are
    /// numbers or switches.</remarks>
    /// <value>False: a person is asked.</value>
    public bool IsHarmless { get; init; }

    /// <summary>The effect of the setting in a repository's file; shown to the user who is asked for trust.</summary>
    /// <value><see cref="TrustKind.Decides"/>.</value>
    public TrustKind Effect { get; init; } = TrustKind.Decides;

    /// <summary>The default as it would be written in a file.</summary>
    public abstract string DefaultText { get; }

    /// <summary>The variable that sets it: <c>a.b_c</c> is <c>ORCHESTRATOR_A__B_C</c>.</summary>
    public string Variable => SettingNames.VariableOf(Name);

    /// <summary>The setting's name for one of several that a <c>*</c> stands for, such as an agent.</summary>
    /// <param name="part">The name in place of the star; null where there is none.</param>
    internal string NameOf(string? part) => part is null ? Name : Name.Replace("*", part, StringComparison.Ordinal);

    /// <summary>The value in normalized form, or null with the faults reported.</summary>
    internal abstract string? TryDisplay(DocumentNode raw, FaultSink faults);

    /// <summary>The value in normalized form, or as it was written if it is invalid.</summary>
    internal string Display(DocumentNode raw) => TryDisplay(raw, static (_, _, _, _) => { }) ?? NodeText.Of(raw);
}

/// <summary>A setting whose values are of type <typeparamref name="T"/>.</summary>
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

    /// <summary>The value, or the default with the faults reported.</summary>
    public T Read(DocumentNode raw, FaultSink faults) => type.TryRead(raw, faults, out var value) ? value : Default;

    internal override string? TryDisplay(DocumentNode raw, FaultSink faults) =>
        type.TryRead(raw, faults, out var value) ? type.Write(value) : null;
}

/// <summary>Receives the faults of one value.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="line">Its line, from 1; 0 where it is in no file.</param>
/// <param name="cure">What would be right; null: what the setting accepts.</param>
/// <param name="below">Path of the fault below the setting, such as <c>[0].type</c>.</param>
internal delegate void FaultSink(string message, int line, string? cure = null, string below = "");

/// <summary>Reading and writing of one type of value.</summary>
/// <param name="Accepts">What a valid value is, for people; faults end with it.</param>
/// <param name="TryRead">Reads a value of a document; false after reporting a fault.</param>
/// <param name="Write">The value in its form in a file.</param>
internal sealed record SettingType<T>(string Accepts, SettingReader<T> TryRead, Func<T, string> Write, bool IsSecret = false);

/// <summary>Reads a value of a document; on a fault it reports it and returns false.</summary>
internal delegate bool SettingReader<T>(DocumentNode raw, FaultSink faults, out T value);
