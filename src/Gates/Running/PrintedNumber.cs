namespace Orchestrator.Gates.Running;

/// <summary>The number that a measurement prints: the last one on its last non-empty line. Words around it, its unit and colours are
/// ignored; <c>1,234.5</c> has a thousands separator, and an ambiguous number (<c>1,5</c>) is none.</summary>
internal sealed partial class PrintedNumber
{
    // Longer lines come in pieces.
    private const int LongestLine = 8 * 1024;
    private bool _isPart;

    /// <summary>The last non-empty line; empty before.</summary>
    public string LastLine { get; private set; } = "";

    /// <summary>The last number in the line; null if there is none.</summary>
    public decimal? Value => Last(LastLine);

    /// <summary>Handles the next line of the output.</summary>
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

    // A number within a word is part of its name (p95), and a dash behind a word is no sign.
    [GeneratedRegex(@"(?<![\w.,])[-+]?(?:[0-9][0-9.,]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Thousands();
}
