using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads typed values from document nodes. Each method returns null and reports an error if the value has the wrong type.
/// </summary>
internal static class YamlOrJsonValueReader
{
    private const string WrongType = "wrong-type";
    private const string BadValue = "bad-value";
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(10 * 365);

    public static string? Text(YamlOrJsonNode node, FieldPath field, FaultList faults)
    {
        if (node is ScalarNode scalar)
        {
            return scalar.Text;
        }
        faults.Error(
            WrongType,
            node,
            field,
            $"A string is expected here, not {node.Kind}.",
            node is MappingNode
                ? "Put quotes around a string that contains ': ' or begins with '{'."
                : "Use a single string; use '|' for several lines."
        );
        return null;
    }

    public static bool? Bool(YamlOrJsonNode node, FieldPath field, FaultList faults)
    {
        var value = node is ScalarNode scalar ? BooleanParser.Read(scalar.Text) : null;
        if (value is null)
        {
            faults.Error(WrongType, node, field, $"true or false is expected here, not {FormatNode(node)}.", "Use true or false.");
        }
        return value;
    }

    public static int? Count(YamlOrJsonNode node, FieldPath field, FaultList faults) =>
        Read<int>(
            node,
            field,
            faults,
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0
                    ? number
                    : null,
            "A whole number from 0",
            "Use a number such as 2."
        );

    public static double? Minutes(YamlOrJsonNode node, FieldPath field, FaultList faults) =>
        Read<double>(
            node,
            field,
            faults,
            text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number >= 0
                && double.IsFinite(number)
                    ? number
                    : ParseDuration(text)?.TotalMinutes,
            "A number of minutes",
            "Use a number of minutes such as 15, or a duration such as 1h30m."
        );

    public static TimeSpan? Duration(YamlOrJsonNode node, FieldPath field, FaultList faults) =>
        Read<TimeSpan>(
            node,
            field,
            faults,
            text => ParseDuration(text) is { } duration && duration > TimeSpan.Zero ? duration : null,
            "A time of more than 0 and at most 10 years",
            "Use a number of seconds such as 1800, or a duration such as 90s, 30m or 1h30m."
        );

    public static long? Size(YamlOrJsonNode node, FieldPath field, FaultList faults) =>
        OrOff<long>(
            node,
            field,
            faults,
            text => ByteSizes.TryRead(text.Trim(), out var size) && size > 0 ? size : null,
            "A size",
            "Use a size such as 800MB, 2GB or 0.8 GiB (a number is bytes), or off."
        );

    public static double? Cores(YamlOrJsonNode node, FieldPath field, FaultList faults) =>
        OrOff<double>(
            node,
            field,
            faults,
            text =>
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cores) && cores > 0
                    ? cores
                    : null,
            "A number of cores",
            "Use a number such as 0.5 or 2, or off."
        );

    public static T? Word<T>(YamlOrJsonNode node, FieldPath field, IReadOnlyDictionary<string, T> words, FaultList faults)
        where T : struct
    {
        if (node is ScalarNode scalar && words.TryGetValue(scalar.Text.Trim(), out var value))
        {
            return value;
        }
        var near = node is ScalarNode { Text: var text } ? NearestName.Of(text, words.Keys) : null;
        var known = string.Join(", ", words.DistinctBy(w => w.Value).Select(w => w.Key));
        faults.Error(
            node is ScalarNode ? BadValue : WrongType,
            node,
            field,
            $"{FormatNode(node)} is not a valid value.",
            near is null ? $"Use one of: {known}." : $"Did you mean '{near}'? Valid values: {known}."
        );
        return null;
    }

    /// <summary>Reads the strings in a list, with the path of each. A single string counts as a list with one item.</summary>
    public static IReadOnlyList<PositionedText> Texts(YamlOrJsonNode node, FieldPath field, FaultList faults)
    {
        switch (node)
        {
            case ScalarNode one:
                return [new PositionedText(one, field)];
            case SequenceNode sequence:
                var texts = new List<PositionedText>(sequence.Items.Count);
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    if (sequence.Items[i] is ScalarNode { IsNull: false } item)
                    {
                        texts.Add(new PositionedText(item, field.At(i)));
                    }
                    else
                    {
                        faults.Error(
                            WrongType,
                            sequence.Items[i],
                            field.At(i),
                            $"A string is expected here, not {sequence.Items[i].Kind}.",
                            "Use one string per item; a string that contains ': ' or begins with '*', '{' or '[' needs quotes."
                        );
                    }
                }
                return texts;
            default:
                faults.Error(
                    WrongType,
                    node,
                    field,
                    $"A list of strings is expected here, not {node.Kind}.",
                    "Use [one, two], or one item per line after a dash."
                );
                return [];
        }
    }

    public static string FormatNode(YamlOrJsonNode node)
    {
        if (node is not ScalarNode scalar || scalar.IsNull)
        {
            return node.Kind;
        }
        var text = scalar.Text.Length > 60 ? scalar.Text[..60] + "..." : scalar.Text;
        return $"'{text.ReplaceLineEndings(" ")}'";
    }

    /// <summary>Reads a limit. Returns 0 if the limit is disabled.</summary>
    private static T? OrOff<T>(YamlOrJsonNode node, FieldPath field, FaultList faults, Func<string, T?> read, string what, string cure)
        where T : struct => node is ScalarNode scalar && IsOff(scalar) ? default(T) : Read(node, field, faults, read, what, cure);

    private static T? Read<T>(YamlOrJsonNode node, FieldPath field, FaultList faults, Func<string, T?> read, string what, string cure)
        where T : struct
    {
        if (node is ScalarNode scalar && read(scalar.Text) is { } value)
        {
            return value;
        }
        faults.Error(node is ScalarNode ? BadValue : WrongType, node, field, $"{what} is expected here, not {FormatNode(node)}.", cure);
        return null;
    }

    /// <summary>True if a limit is disabled, either by a word such as <c>off</c> or by 0, which is the notation in printed plans.</summary>
    private static bool IsOff(ScalarNode scalar) => scalar.Text.Trim().ToLowerInvariant() is "off" or "none" or "false" or "0";

    // A duration of more than ten years is a mistake in the unit, and would overflow timers.
    private static TimeSpan? ParseDuration(string text) => Durations.TryRead(text, out var time) && time <= LongestTime ? time : null;
}
