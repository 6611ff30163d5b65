using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Plans;

/// <summary>A set of characters in a glob, such as <c>[a-z_]</c> or <c>[!0-9]</c>.</summary>
internal sealed class GlobCharacterClass
{
    private readonly List<(char From, char To)> _ranges;

    private GlobCharacterClass(List<(char From, char To)> ranges) => _ranges = ranges;

    /// <summary>
    /// Parses the character class that opens at <paramref name="at"/>, and moves <paramref name="at"/> to its closing bracket. Returns
    /// false if the text is not a character class.
    /// </summary>
    public static bool TryParse(string text, ref int at, [NotNullWhen(true)] out GlobCharacterClass? set)
    {
        set = null;
        var start = at + 1;
        var negated = start < text.Length && text[start] is '!' or '^';
        if (negated)
        {
            start++;
        }

        // A closing bracket directly after the opening one is a member of the class.
        var end = text.IndexOf(']', Math.Min(start + 1, text.Length));
        if (end < 0)
        {
            return false;
        }
        var ranges = new List<(char From, char To)>();
        for (var i = start; i < end; i++)
        {
            if (i + 2 < end && text[i + 1] == '-')
            {
                ranges.Add((text[i], text[i + 2]));
                i += 2;
            }
            else
            {
                ranges.Add((text[i], text[i]));
            }
        }
        at = end;
        set = new GlobCharacterClass(negated ? Complement(ranges) : ranges);
        return true;
    }

    public bool Contains(char c) => _ranges.Exists(r => r.From <= c && c <= r.To);

    public bool Intersects(GlobCharacterClass other) =>
        _ranges.Exists(a => other._ranges.Exists(b => Math.Max(a.From, b.From) <= Math.Min(a.To, b.To)));

    private static List<(char From, char To)> Complement(List<(char From, char To)> ranges)
    {
        var result = new List<(char From, char To)>();
        var next = 0;
        foreach ((var from, var to) in ranges.Where(r => r.From <= r.To).OrderBy(r => r.From))
        {
            if (from > next)
            {
                result.Add(((char)next, (char)(from - 1)));
            }
            next = Math.Max(next, to + 1);
        }
        if (next <= char.MaxValue)
        {
            result.Add(((char)next, char.MaxValue));
        }
        return result;
    }
}
