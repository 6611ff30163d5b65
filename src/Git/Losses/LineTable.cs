namespace Orchestrator.Git.Losses;

/// <summary>One version of a file.</summary>
/// <param name="Mode">Git's mode.</param>
/// <param name="Id">The content's id.</param>
/// <param name="Lines">Its lines, numbered by a <see cref="LineTable"/>; null where it has none: binary, very large, a link, a
/// submodule.</param>
internal sealed record FileVersion(string Mode, string Id, int[]? Lines);

/// <summary>Numbers lines, equal lines alike, so that they are compared fast. A line is its bytes without the final newline, so that a last
/// line without one is equal to others; a carriage return belongs to the line.</summary>
internal sealed class LineTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _lines = [];

    /// <summary>The numbered lines of a file; null where it is binary.</summary>
    public int[]? Read(ReadOnlySpan<byte> content)
    {
        if (content[..Math.Min(content.Length, 8000)].Contains((byte)0))
        {
            return null;
        }
        var text = Encoding.Latin1.GetString(content).AsSpan();
        var numbers = new List<int>();
        while (text.Length > 0)
        {
            var end = text.IndexOf('\n');
            numbers.Add(Number(end < 0 ? text : text[..end]));
            text = end < 0 ? [] : text[(end + 1)..];
        }
        return [.. numbers];
    }

    /// <summary>The number of a line.</summary>
    public int Number(ReadOnlySpan<char> line)
    {
        var known = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(line, out var number))
        {
            number = _lines.Count;
            _lines.Add(line.ToString());
            known[line] = number;
        }
        return number;
    }

    /// <summary>The line, for people.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_lines[number]));

    /// <summary>True for a line with letters or digits: others, such as brackets, are the same everywhere.</summary>
    public bool IsTelling(int number) => _lines[number].Any(c => char.IsAsciiLetterOrDigit(c) || c > 127);
}
