namespace Orchestrator.Git.Losses;

/// <summary>A version of a file, with its mode, blob id and lines.</summary>
/// <param name="Mode">Git's file mode.</param>
/// <param name="Id">Blob id.</param>
/// <param name="Lines">Lines as numbers of a <see cref="LineIdTable"/>, or null for a binary or very large file, a link or a
/// submodule.</param>
internal sealed record GitFileVersion(string Mode, string Id, int[]? Lines);

/// <summary>Assigns the same number to equal lines, so that lines can be compared as integers. The final newline is not part of a line, but
/// a carriage return is.</summary>
/// <param name="isLoose">True to ignore indentation, other surrounding space and a final comma.</param>
internal sealed class LineIdTable(bool isLoose = false)
{
    private const string Space = " \t\r\f\v";
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _lines = [];

    /// <summary>
    /// Splits a file's content into lines and returns the numbers that this table assigns to them. Returns null if the content is binary.
    /// </summary>
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
            var line = end < 0 ? text : text[..end];
            numbers.Add(Number(isLoose ? TrimLine(line) : line));
            text = end < 0 ? [] : text[(end + 1)..];
        }
        return [.. numbers];
    }

    /// <summary>
    /// Removes surrounding space and a final comma. The comma is ignored because the last element of a list gets one when another element
    /// is added.
    /// </summary>
    public static ReadOnlySpan<char> TrimLine(ReadOnlySpan<char> line) => line.Trim(Space).TrimEnd(',').TrimEnd(Space);

    /// <summary>Returns the number assigned to a line. If the line is new, adds it to the table.</summary>
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

    /// <summary>Returns the text of a line for display.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_lines[number]));

    /// <summary>True for a line with letters or digits. Other lines, such as single brackets, occur too often to identify a hunk.</summary>
    public bool IsTelling(int number) => _lines[number].Any(c => char.IsAsciiLetterOrDigit(c) || c > 127);
}
