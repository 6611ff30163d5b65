using System.Globalization;

namespace Temporalio.Runtime;

/// <summary>The labels of a series, in the order of their names.</summary>
internal sealed class PrometheusLabels
{
    private readonly SortedDictionary<string, string> _labels;

    public PrometheusLabels(PrometheusLabels? before, IReadOnlyCollection<KeyValuePair<string, object>> more)
    {
        _labels = before is null ? new(StringComparer.Ordinal) : new(before._labels, StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            _labels[NameOf(name)] = value is bool flag
                ? (flag ? "true" : "false")
                : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }

        Text = string.Join(',', _labels.Select(label => $"{label.Key}=\"{Escaped(label.Value)}\""));
    }

    /// <summary>As they are written between braces.</summary>
    public string Text { get; }

    /// <summary>A name in the letters that Prometheus allows.</summary>
    public static string NameOf(string name) =>
        string.Concat(name.Select((c, i) => c is '_' or ':' || char.IsAsciiLetter(c) || (i > 0 && char.IsAsciiDigit(c)) ? c : '_'));

    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n");
}
