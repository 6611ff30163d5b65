using System.Globalization;

namespace Orchestrator.Settings;

/// <summary>
/// Setting types that many settings share. Types for settings that can be turned off accept <c>off</c> and <c>none</c>, which become null.
/// </summary>
internal static class CommonSettingConverters
{
    public static SettingValueConverter<string> Text { get; } = new("a string", SettingValueParser.ReadText, Quote);

    public static SettingValueConverter<string?> OptionalText { get; } =
        new(
            "a string",
            (YamlOrJsonNode raw, FaultSink faults, out string? value) => SettingValueParser.ReadText(raw, faults, out value!),
            value => value is null ? "none" : Quote(value)
        );

    public static SettingValueConverter<string> Model { get; } =
        new("a model name, or an alias (opus, sonnet, haiku)", SettingValueParser.ReadText, Quote);

    public static SettingValueConverter<string?> OptionalModel { get; } =
        new("a model name, or an alias (opus, sonnet, haiku)", SettingValueParser.ReadText, value => value is null ? "none" : Quote(value));

    /// <summary>
    /// Name of a region, which becomes part of a host name. Only certain characters are allowed, so that the name can't cause keys to be
    /// sent to another host.
    /// </summary>
    public static SettingValueConverter<string?> Region { get; } =
        new("the name of a region, such as eu-west-1", SettingValueParser.ReadRegion, value => value ?? "none");

    /// <summary>
    /// Prefix of git branch names. Validated here, because an invalid prefix would cause a failure only in the middle of a run.
    /// </summary>
    public static SettingValueConverter<string> BranchPart { get; } =
        new("the first part of a branch name, such as orchestrator or agents/mine", SettingValueParser.ReadBranchPart, Quote);

    public static SettingValueConverter<bool> Switch { get; } =
        new("true or false", SettingValueParser.ReadSwitch, value => value ? "true" : "false");

    public static SettingValueConverter<IReadOnlyList<string>> Texts { get; } =
        new("a list of strings", SettingValueParser.ReadTexts, WriteTexts);

    public static SettingValueConverter<IReadOnlyList<string>?> OptionalTexts { get; } =
        new(
            "a list of strings",
            (YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string>? value) =>
                SettingValueParser.ReadTexts(raw, faults, out value!),
            value => value is null ? "detected" : WriteTexts(value)
        );

    /// <summary>List of folders inside a worktree, or null to detect them.</summary>
    public static SettingValueConverter<IReadOnlyList<string>?> OptionalFolders { get; } =
        new(
            "a list of folders, relative to the root of the repository",
            SettingValueParser.ReadFolders,
            value => value is null ? "detected" : WriteTexts(value)
        );

    public static SettingValueConverter<SecretReference?> Secret { get; } =
        new(
            "$NAME for an environment variable, or file:PATH",
            SettingValueParser.ReadSecret,
            value => value?.ToString() ?? "none",
            IsSecret: true
        );

    public static SettingValueConverter<int> Whole(int minimum, int maximum) =>
        Scalar<int>(
            $"a whole number from {minimum} to {maximum}",
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= minimum
                && number <= maximum
                    ? number
                    : null,
            value => value.ToString(CultureInfo.InvariantCulture)
        );

    public static SettingValueConverter<int?> WholeOrOff(int minimum, int maximum) => OrOff(Whole(minimum, maximum));

    /// <summary>
    /// A whole number or <c>auto</c>. The word <c>auto</c> becomes null, which means that a value suitable for this host is chosen.
    /// </summary>
    public static SettingValueConverter<int?> WholeOrAuto(int minimum, int maximum) => Or(Whole(minimum, maximum), "auto");

    public static SettingValueConverter<decimal?> MoneyOrOff { get; } =
        OrOff(
            Scalar<decimal>(
                "an amount in US dollars",
                text =>
                    decimal.TryParse(text.Trim('$', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                        ? amount
                        : null,
                value => value.ToString(CultureInfo.InvariantCulture)
            )
        );

    public static SettingValueConverter<double?> CoresOrOff { get; } =
        OrOff(
            Scalar<double>(
                "a number of cores, such as 0.5",
                text =>
                    double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cores) && cores > 0
                        ? cores
                        : null,
                value => value.ToString(CultureInfo.InvariantCulture)
            )
        );

    public static SettingValueConverter<TimeSpan> Time(TimeSpan minimum, TimeSpan maximum) =>
        Scalar<TimeSpan>(
            $"a duration between {Durations.Write(minimum)} and {Durations.Write(maximum)}{ExamplesBetween(minimum, maximum)} "
                + "(a plain number is in seconds)",
            text => Durations.TryRead(text, out var time) && time >= minimum && time <= maximum ? time : null,
            Durations.Write
        );

    private static readonly string[] _examples = ["90s", "5m", "1h30m", "3d"];

    private static string ExamplesBetween(TimeSpan minimum, TimeSpan maximum)
    {
        var examples = _examples.Where(text => Durations.TryRead(text, out var time) && time >= minimum && time <= maximum).ToList();
        return examples.Count == 0 ? "" : $", such as {string.Join(" or ", examples.TakeLast(2))}";
    }

    public static SettingValueConverter<TimeSpan?> TimeOrOff(TimeSpan minimum, TimeSpan maximum) => OrOff(Time(minimum, maximum));

    /// <summary>A duration, <c>run</c> (null, meaning once at the end of the run) or <c>task</c> (zero, meaning after each task).</summary>
    public static SettingValueConverter<TimeSpan?> RunTaskOrTime { get; } =
        Or(
            Scalar<TimeSpan>(
                "task, a duration between 1m and 7d, such as 30m or 2h (a plain number is in seconds)",
                text =>
                    text == "task" ? TimeSpan.Zero
                    : Durations.TryRead(text, out var time) && time >= TimeSpan.FromMinutes(1) && time <= TimeSpan.FromDays(7) ? time
                    : null,
                time => time == TimeSpan.Zero ? "task" : Durations.Write(time)
            ),
            "run"
        );

    /// <summary>A duration, or <c>landing</c> (null, meaning only before the landing).</summary>
    public static SettingValueConverter<TimeSpan?> TimeOrLanding { get; } =
        Or(Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)), "landing");

    /// <summary>A size in bytes.</summary>
    public static SettingValueConverter<long> Size { get; } =
        Scalar<long>(
            "a size, such as 512MB, 2GB or 0.8 GiB (a plain number is in bytes)",
            text => ByteSizes.TryRead(text, out var size) ? size : null,
            ByteSizes.Write
        );

    public static SettingValueConverter<long?> SizeOrOff { get; } = OrOff(Size);

    public static SettingValueConverter<string> OneOf(params string[] choices)
    {
        var accepts = "one of " + string.Join(", ", choices);
        return new(
            accepts,
            (YamlOrJsonNode raw, FaultSink faults, out string value) =>
            {
                value = "";
                if (!SettingValueParser.ReadText(raw, faults, out var text))
                {
                    return false;
                }
                if (choices.Contains(text, StringComparer.Ordinal))
                {
                    value = text;
                    return true;
                }
                var near = NearestName.Of(text, choices);
                faults($"'{text}' is not {accepts}{(near is null ? "" : $"; the nearest name is '{near}'")}.", raw.Line);
                return false;
            },
            value => value
        );
    }

    private static SettingValueConverter<T> Scalar<T>(string accepts, Func<string, T?> parse, Func<T, string> write)
        where T : struct =>
        new(
            accepts,
            (YamlOrJsonNode raw, FaultSink faults, out T value) => SettingValueParser.ReadScalar(raw, accepts, faults, out value, parse),
            write
        );

    private static SettingValueConverter<T?> OrOff<T>(SettingValueConverter<T> type)
        where T : struct => Or(type, "off", "none", "false");

    /// <summary>Extends a setting type by a word that becomes null, and possibly by alternative spellings of that word.</summary>
    private static SettingValueConverter<T?> Or<T>(SettingValueConverter<T> type, string word, params string[] others)
        where T : struct =>
        new(
            $"{type.Accepts}, or {word}",
            (YamlOrJsonNode raw, FaultSink faults, out T? value) =>
            {
                value = null;
                if (raw is ScalarNode { Text: var text } && (text == word || others.Contains(text)))
                {
                    return true;
                }
                if (!type.TryRead(raw, faults, out var read))
                {
                    return false;
                }
                value = read;
                return true;
            },
            value => value is { } set ? type.Write(set) : word
        );

    internal static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '/' or '-') && !text.StartsWith('-')
            ? text
            : "\""
                + text.Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\"", "\\\"", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal)
                    .Replace("\t", "\\t", StringComparison.Ordinal)
                + "\"";

    internal static string WriteTexts(IReadOnlyList<string> texts) => "[" + string.Join(", ", texts.Select(Quote)) + "]";
}
