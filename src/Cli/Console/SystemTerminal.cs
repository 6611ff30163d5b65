#pragma warning disable RS0030 // Only files with this kind of comment may use the console.
using System.Text;

namespace Orchestrator.Cli.Console;

/// <summary>Implements <see cref="ITerminal"/> for the console of this process.</summary>
internal sealed class SystemTerminal : ITerminal, IDisposable
{
    private const string Escape = "\u001b[";
    private readonly Lock _lock = new();
    private readonly StandardStreams _ends;
    private readonly bool _documents;
    private readonly int? _columns;
    private readonly bool _isPlain;
    private ColorChoice _colors;
    private readonly bool _reports;
    private readonly bool _hasBar;
    private IReadOnlyList<TerminalTabStatusRecord> _reported = [];
    private string[] _drawn = [];

    /// <summary>Opens the console.</summary>
    /// <param name="documents">True if the command prints a document, so that no other output goes to standard output.</param>
    /// <param name="environment">Environment variables. <c>NO_COLOR</c> disables colors, and <c>TERM=dumb</c> disables colors and
    /// redrawing. <c>COLUMNS</c> sets the width of the screen.</param>
    /// <param name="ends">Standard streams.</param>
    public SystemTerminal(bool documents, IReadOnlyDictionary<string, string> environment, StandardStreams ends)
    {
        _ends = ends;
        _documents = documents;
        var dumb = environment.GetValueOrDefault("TERM") == "dumb";
        HasScreen = !dumb && !ends.IsErrorPiped;
        IsInteractive = !ends.IsErrorPiped && !ends.IsInPiped;
        _reports = HasScreen && TerminalTabStatusRecord.MayBeSent(environment);
        _hasBar = TerminalTabStatusRecord.HasBar(environment);
        _isPlain = dumb || environment.GetValueOrDefault("NO_COLOR") is { Length: > 0 };
        _columns = int.TryParse(environment.GetValueOrDefault("COLUMNS"), out var columns) && columns > 0 ? columns : null;
    }

    public bool IsInteractive { get; }

    public bool HasScreen { get; }

    public int Width => _columns is { } set && !_ends.IsErrorPiped ? set : Size(static () => System.Console.WindowWidth, 80);

    public int OutputWidth =>
        _ends.IsOutPiped ? int.MaxValue : _columns ?? (HasScreen ? Width : SizeOf(static () => System.Console.WindowWidth, 80));

    public ColorChoice Colors
    {
        set => _colors = value;
    }

    public int Height => Size(static () => System.Console.WindowHeight, 24);

    public void Result(string text) => Write(_ends.Out, Narrowed(new UntrustedText(text).ToString(), !_ends.IsOutPiped));

    public void Document(string text) => Write(_ends.Out, _ends.IsOutPiped ? text : new UntrustedText(text).ToString());

    public void Show(string line)
    {
        if (_documents)
        {
            Inform(line);
        }
        else
        {
            Show(new ScreenLine(line));
        }
    }

    public void Show(ScreenLine line)
    {
        if (_documents)
        {
            Inform(line);
        }
        else
        {
            Write(_ends.Out, Rows(line, OutputWidth, HasColor(_ends.IsOutPiped)));
        }
    }

    public string Rendered(ScreenLine line) => Toned(line, text => Marked(text, !_ends.IsOutPiped), HasColor(_ends.IsOutPiped));

    public IEnumerable<string> Rendered(UntrustedText block) => Rows(block, !_ends.IsOutPiped).Select(row => Rendered(row));

    public bool IsPlainDocument => _ends.IsOutPiped && !HasColor(isPiped: true);

    public void ShowRendered(IReadOnlyList<string> lines) => Write(_ends.Out, string.Join('\n', lines) + "\n");

    public void Show(UntrustedText block)
    {
        foreach (var row in Rows(block, !_documents && !_ends.IsOutPiped))
        {
            Show(row);
        }
    }

    public void Inform(string line) => Inform(new ScreenLine(line));

    // A line that is written while a table is shown must appear above the table, so the table is cleared here and redrawn later.
    public void Inform(ScreenLine line)
    {
        lock (_lock)
        {
            ClearDrawn();
            WriteError(Rows(line, ErrorWidth, HasColor(_ends.IsErrorPiped)));
        }
    }

    public void Inform(UntrustedText block)
    {
        foreach (var row in Rows(block, HasScreen))
        {
            Inform(row);
        }
    }

    public void Warn(string line) => Inform(Labelled("warning: ", TextTone.Asks, line));

    public void Fail(string message, string cure)
    {
        Inform(Labelled("error: ", TextTone.Bad, message));
        if (cure.Length > 0)
        {
            Inform("  " + cure);
        }
    }

    public string ReadInput() => _ends.In.ReadToEnd();

    public (Stream Input, Stream Output) OpenStreams() => (System.Console.OpenStandardInput(), System.Console.OpenStandardOutput());

    public bool? Ask(string question, bool byDefault = false)
    {
        if (!IsInteractive || _documents)
        {
            return null;
        }
        lock (_lock)
        {
            _ends.Error.Write(Marked(question, isScreen: true) + (byDefault ? " [Y/n] " : " [y/N] "));
            _ends.Error.Flush();
            return _ends.In.ReadLine()?.Trim().ToLowerInvariant() is { } answer
                && (answer is "y" or "yes" || (answer.Length == 0 && byDefault));
        }
    }

    public string? AskText(string question)
    {
        while (IsInteractive && !_documents)
        {
            lock (_lock)
            {
                _ends.Error.Write(Marked(question, isScreen: true) + " ");
                _ends.Error.Flush();
            }
            if (_ends.In.ReadLine() is not { } text)
            {
                return null;
            }
            if (text.Trim().Length > 0)
            {
                return text;
            }
        }
        return null;
    }

    public void Report(IReadOnlyList<TerminalTabStatusRecord> records)
    {
        if (!_reports)
        {
            return;
        }
        lock (_lock)
        {
            var text = new StringBuilder();
            foreach (var gone in _reported.Where(old => !records.Any(record => record.Id == old.Id)))
            {
                text.Append(TerminalTabStatusRecord.Clear(gone.Id));
            }
            foreach (var changed in records.Except(_reported))
            {
                text.Append(changed.Sequence);
            }
            var first = records.Count > 0 ? records[0] : null;
            var before = _reported.Count > 0 ? _reported[0] : null;
            if (_hasBar && first != before)
            {
                text.Append(TerminalTabStatusRecord.Bar(first is { State: "done" } ? null : first));
            }
            _reported = [.. records];
            if (text.Length > 0)
            {
                WriteError(text.ToString());
            }
        }
    }

    public TerminalKey? TryReadKey()
    {
        if (!IsInteractive)
        {
            return null;
        }
        lock (_lock)
        {
            return System.Console.KeyAvailable && System.Console.ReadKey(intercept: true) is var key
                ? new TerminalKey(key.Key, key.KeyChar)
                : null;
        }
    }

    // Turns automatic wrapping off, because terminals disagree about the width of some characters.
    public void Redraw(IReadOnlyList<ScreenLine> lines)
    {
        string[] plain = [.. lines.Select(line => OneLine(line.Text))];
        string[] colored = [.. lines.Select(line => Toned(line, OneLine, HasColor(_ends.IsErrorPiped)))];
        lock (_lock)
        {
            var width = Width;
            var text = new StringBuilder(BackToFirst()).Append(Escape).Append("?7l");
            foreach (var (line, shown) in colored.Zip(plain))
            {
                // Only a command to copy can be wider than the screen. The terminal wraps the command, so that the user can copy it in one
                // piece.
                var isWide = TextCellWidth.Of(shown) > width;
                text.Append(Escape).Append('K').Append(isWide ? $"{Escape}?7h{line}{Escape}?7l" : line).Append('\n');
            }
            text.Append(Escape).Append('J').Append(Escape).Append("?7h");
            _drawn = plain;
            WriteError(text.ToString());
        }
    }

    public void EndRedraw()
    {
        lock (_lock)
        {
            _drawn = [];
        }
    }

    /// <summary>
    /// Resets the terminal's modes for the cursor keys and the number pad, which the .NET runtime changes and never restores.
    /// </summary>
    public void Dispose()
    {
        if (!HasScreen)
        {
            return;
        }
        lock (_lock)
        {
            WriteError("\u001b[?1l\u001b>");
        }
    }

    private void ClearDrawn()
    {
        if (_drawn.Length > 0)
        {
            WriteError($"{BackToFirst()}{Escape}J");
            _drawn = [];
        }
    }

    private void Write(TextWriter stream, string text)
    {
        lock (_lock)
        {
            stream.Write(text);
            stream.Flush();
        }
    }

    private string Marked(string line, bool isScreen) => Narrowed(new UntrustedText(line).Marked, isScreen);

    // A terminal wraps a long line into rows without the mark. Many blanks could then make untrusted text look like a separate line.
    private string Narrowed(string text, bool isScreen) =>
        isScreen && Width is var width && text.Length > width
            ? string.Join('\n', text.Split('\n').Select(line => TextCellWidth.Of(line) > width ? UntrustedText.WithFewBlanks(line) : line))
            : text;

    private IEnumerable<string> Rows(UntrustedText block, bool isScreen) =>
        isScreen
            ? block
                .Block("")
                .SelectMany(line => TextWrapper.Fitting(line, Width - UntrustedText.Mark.Length))
                .Select(row => UntrustedText.Mark + row)
            : block.Block();

    // Every write to a closed terminal fails. The failure can't be reported, and the work continues.
    private void WriteError(string text)
    {
        try
        {
            _ends.Error.Write(text);
            _ends.Error.Flush();
        }
        catch (IOException) when (HasScreen) { }
    }

    // If the screen has become narrower, the lines drawn earlier take more rows.
    private string BackToFirst()
    {
        if (_drawn.Length == 0)
        {
            return "";
        }
        var width = Width;
        return $"{Escape}{_drawn.Sum(line => Math.Max(1, (TextCellWidth.Of(line) + width - 1) / width))}A";
    }

    private int ErrorWidth => _ends.IsErrorPiped ? int.MaxValue : Width;

    private static ScreenLine Labelled(string label, TextTone tone, string line) => new(label + line, tone, 0, label.Length);

    // Rows are broken here, because a terminal would break words. Later rows start with the mark, because the line may contain untrusted
    // text.
    private static string Rows(ScreenLine line, int width, bool colors)
    {
        var isScreen = width != int.MaxValue;
        var text = new StringBuilder();
        foreach (var part in new UntrustedText(line.Text).Marked.Split('\n').Index())
        {
            // If characters were replaced, the colored part has moved, so the line gets no color.
            var isAsItCame = part.Index == 0 && line.Text.StartsWith(part.Item, StringComparison.Ordinal);
            var shown = isAsItCame ? line with { Text = part.Item } : part.Item;
            foreach (var row in isScreen ? TextWrapper.Of(shown, width, UntrustedText.Mark) : [shown])
            {
                text.Append(Toned(row, static clean => clean, colors)).Append('\n');
            }
        }
        return text.ToString();
    }

    private bool HasColor(bool isPiped) => _colors == ColorChoice.Always || (_colors == ColorChoice.Auto && !_isPlain && !isPiped);

    private static string OneLine(string text) => new UntrustedText(text).ToString().Replace('\n', UntrustedText.LineEnd);

    // A line with replaced characters gets no color, because the part's position is known only for the original text.
    private static string Toned(ScreenLine line, Func<string, string> clean, bool colors)
    {
        var (start, end) = (Math.Min(line.Start, line.Text.Length), line.Length < 0 ? line.Text.Length : line.Start + line.Length);
        end = Math.Clamp(end, start, line.Text.Length);
        if (!colors || CodeOf(line.Tone) is not { } code || start == end || clean(line.Text) != line.Text)
        {
            return clean(line.Text);
        }
        return $"{line.Text[..start]}{Escape}{code}m{line.Text[start..end]}{Escape}0m{line.Text[end..]}";
    }

    private static string? CodeOf(TextTone tone) =>
        tone switch
        {
            TextTone.Good => "32",
            TextTone.Bad => "31",
            TextTone.Asks => "33",
            TextTone.Busy => "36",
            TextTone.Faint => "2",
            TextTone.Strong => "1",
            _ => null,
        };

    private int Size(Func<int> ask, int otherwise) => HasScreen ? SizeOf(ask, otherwise) : otherwise;

    private static int SizeOf(Func<int> ask, int otherwise)
    {
        try
        {
            return ask() is > 0 and var size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
