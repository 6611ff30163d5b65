using System.Text.Json;

namespace Orchestrator.Gates.Runners;

/// <summary>
/// A line of a gate's output. A line that contains carriage returns is split into the lines that a terminal would have displayed.
/// </summary>
/// <param name="Number">Line number in the log, from 1.</param>
/// <param name="Text">Text without colors.</param>
internal readonly record struct GateOutputLine(int Number, string Text);

/// <summary>
/// Collects the output of a gate. Counts tests while the output arrives, and keeps only the beginning and the end of the output to limit
/// memory use. Thread-safe.
/// </summary>
internal sealed partial class GateOutputCollector
{
    private const int MostCharacters = 1_000_000;
    private const int LongestLine = 2_000;

    // Moves the cursor to the first column, like a carriage return.
    private const string ToLineStart = "\u001b[1G";

    private readonly Lock _gate = new();
    private readonly TestCounter _counter = new();
    private readonly List<GateOutputLine> _first = [];
    private readonly Queue<GateOutputLine> _last = new();
    private int _number = 1;
    private int _firstLength;
    private int _lastLength;

    /// <summary>Retained lines, in order.</summary>
    public IReadOnlyList<GateOutputLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _first, .. _last];
            }
        }
    }

    /// <summary>Test counts, or null if no tests could be counted.</summary>
    public TestTally? Counted
    {
        get
        {
            lock (_gate)
            {
                return _counter.Result;
            }
        }
    }

    /// <summary>Collects output that is already complete.</summary>
    public static GateOutputCollector Of(string output)
    {
        var read = new GateOutputCollector();
        foreach (var line in output.Split('\n'))
        {
            read.ProcessLine(line.EndsWith('\r') ? line[..^1] : line);
        }
        return read;
    }

    /// <summary>Adds a line, or a part of a long line, to the collected output.</summary>
    /// <param name="line">Text of the line.</param>
    /// <param name="isPart">True if more parts of the line follow.</param>
    public void ProcessLine(string line, bool isPart = false)
    {
        lock (_gate)
        {
            foreach (var shown in VisibleLines(line))
            {
                _counter.ProcessLine(shown);
                Keep(new GateOutputLine(_number, shown.Length <= LongestLine ? shown : shown[..LongestLine]));
            }
            _number += isPart ? 0 : 1;
        }
    }

    private void Keep(GateOutputLine line)
    {
        if (_firstLength < MostCharacters)
        {
            _first.Add(line);
            _firstLength += line.Text.Length + 1;
            return;
        }
        _last.Enqueue(line);
        _lastLength += line.Text.Length + 1;
        while (_lastLength > MostCharacters)
        {
            _lastLength -= _last.Dequeue().Text.Length + 1;
        }
    }

    // A progress bar returns to the start of the line, or pads its line to the terminal's width instead of ending it.
    private static IEnumerable<string> VisibleLines(string line)
    {
        if (line.StartsWith("{\"", StringComparison.Ordinal) && EventOf(line) is { } printed)
        {
            return printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty("");
        }
        var plain = line.Contains('\u001b', StringComparison.Ordinal)
            ? Escapes().Replace(line.Replace(ToLineStart, "\r", StringComparison.Ordinal), "")
            : line;
        return plain.Contains('\r', StringComparison.Ordinal) ? plain.Split('\r').SelectMany(Padded)
            : plain.Length > 400 ? Padded(plain)
            : [plain];
    }

    private static IEnumerable<string> Padded(string line) => line.Length <= 200 ? [line] : Padding().Split(line);

    // "go test -json" wraps each line in an event. Events without output show nothing.
    private static string? EventOf(string line)
    {
        if (!line.Contains("\"Action\":\"", StringComparison.Ordinal))
        {
            return null;
        }
        try
        {
            using var known = JsonDocument.Parse(line);
            return !known.RootElement.TryGetProperty("Action", out _) ? null
                : known.RootElement.TryGetProperty("Output", out var output) ? output.ToString()
                : "";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("\u001b\\[[0-9;?]*[ -/]*[@-~]|\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|\u001b[()][A-Z0-9]|\u001b[=>78M]")]
    private static partial Regex Escapes();

    [GeneratedRegex(" {12,}")]
    private static partial Regex Padding();
}
