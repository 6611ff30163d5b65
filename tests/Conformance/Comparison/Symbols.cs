using System.Text.RegularExpressions;

namespace Orchestrator.Conformance.Comparison;

/// <summary>The one-to-one relation between recorded symbols and actual values, kept for one run of a scenario.</summary>
internal sealed partial class Symbols
{
    private readonly Dictionary<string, string> _forward = [];
    private readonly Dictionary<string, string> _back = [];

    /// <summary>The text with what stands inside its symbols left out.</summary>
    public static string Blank(string text) => Symbol().Replace(text, "<$1>");

    /// <summary>True if the texts agree. Symbols that appear for the first time are bound.</summary>
    public bool Match(string expected, string actual)
    {
        if (Blank(expected) != Blank(actual))
        {
            return false;
        }

        var left = Symbol().Matches(expected);
        var right = Symbol().Matches(actual);
        return left.Zip(right).All(pair => Bind(pair.First.Value, pair.Second.Value));
    }

    private bool Bind(string expected, string actual)
    {
        if (_forward.TryGetValue(expected, out var known) | _back.TryGetValue(actual, out var owner))
        {
            return known == actual && owner == expected;
        }

        _forward[expected] = actual;
        _back[actual] = expected;
        return true;
    }

    [GeneratedRegex("<(uuid|token):([^>]*)>")]
    private static partial Regex Symbol();
}
