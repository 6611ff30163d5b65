namespace Orchestrator.QualityGates;

/// <summary>The number that a measurement prints: the last one on its last line with anything on it. Words around it, its unit and colours
/// do not matter; <c>1,234.5</c> is read by its thousands, and what can be read in two ways (<c>1,5</c>) is none.</summary>
internal sealed partial class PrintedNumber
{
    // A line comes in pieces where it is longer than that.
    private const int LongestLine = 8 * 1024;
    private bool _isPart;

    /// <summary>The last line with anything on it; empty before.</summary>
    public string LastLine { get; private set; } = "";

    /// <summary>What it says; null where that is no number.</summary>
    public decimal? Value => Last(LastLine);

    /// <summary>Takes the next line of the output.</summary>
    /// <param name="line">The line, or a piece of it.</param>
    /// <param name="isPart">Others of the same line follow.</param>
    public void Take(string line, bool isPart)
    {
        var plain = Colours().Replace(line, "");
        if (_isPart)
        {
            LastLine += plain;
        }
        else if (!string.IsNullOrWhiteSpace(plain))
        {
            LastLine = plain;
        }
        LastLine = LastLine.Length > LongestLine ? LastLine[^LongestLine..] : LastLine;
        _isPart = isPart;
    }

    private static decimal? Last(string line)
    {
        if (Numbers().Matches(line) is not [.., var found])
        {
            return null;
        }
        var text = found.Value.TrimEnd('.', ',');
        return Expectation.NumberOf(Thousands().IsMatch(text) ? text.Replace(",", "", StringComparison.Ordinal) : text);
    }

    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();

    // What begins inside a word is part of its name (p95), and a dash behind one is no sign.
    [GeneratedRegex(@"(?<![\w.,])[-+]?(?:[0-9][0-9.,]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Thousands();
}
