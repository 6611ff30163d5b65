namespace Orchestrator.Gates.Running;

/// <summary>
/// Parses the number that a measurement command prints, which is the last number on its last non-empty line. Surrounding words, units and
/// colors are ignored. Thousands separators are accepted (<c>1,234.5</c>), and ambiguous numbers (<c>1,5</c>) are rejected.
/// </summary>
internal sealed partial class MeasurementParser
{
    // Longer lines arrive in pieces.
    private const int LongestLine = 8 * 1024;
    private bool _isPart;

    /// <summary>Last non-empty line so far. Empty before the first line.</summary>
    public string LastLine { get; private set; } = "";

    /// <summary>Last number in <see cref="LastLine"/>, or null if there is none.</summary>
    public decimal? Value => Last(LastLine);

    /// <summary>Processes the next line of the output.</summary>
    /// <param name="line">Line, or a part of a long line.</param>
    /// <param name="isPart">True if more parts of the line follow.</param>
    public void ProcessLine(string line, bool isPart)
    {
        var plain = Colors().Replace(line, "");
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
        return MeasurementExpectation.NumberOf(Thousands().IsMatch(text) ? text.Replace(",", "", StringComparison.Ordinal) : text);
    }

    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Colors();

    // A number within a word (p95) is part of a name, and a dash after a word is not a minus sign.
    [GeneratedRegex(@"(?<![\w.,])[-+]?(?:[0-9][0-9.,]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Thousands();
}
