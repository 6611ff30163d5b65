using Orchestrator.Cli.Console;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Tests;

/// <summary>Keeps what was shown. Answers questions only when told how.</summary>
internal sealed class RecordingTerminal : ITerminal
{
    private readonly Lock _lock = new();
    private string _output = "";
    private string _people = "";

    /// <summary>The command prints a document: nothing else goes to stdout.</summary>
    public bool Documents { get; set; }

    /// <summary>The text on stdout.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
            {
                return _output;
            }
        }
    }

    /// <summary>The text that a user at the terminal reads: requested output and progress.</summary>
    public string People
    {
        get
        {
            lock (_lock)
            {
                return _people;
            }
        }
    }

    public bool? Answer { get; init; }

    public string Input { get; init; } = "";

    public bool IsInteractive => Answer is not null;

    public bool HasScreen => false;

    public int Width => 80;

    public int Height => 24;

    public int OutputWidth { get; init; } = int.MaxValue;

    public ColorChoice Colors { get; set; }

    public void Show(ScreenLine line) => Show(line.Text);

    public bool IsPlainDocument => true;

    public TerminalKey? TryReadKey() => null;

    public void Report(IReadOnlyList<TerminalTabStatusRecord> records) { }

    public void ShowRendered(IReadOnlyList<string> lines) => Result(string.Join('\n', lines) + "\n");

    public string Rendered(ScreenLine line) => line.Text;

    public IEnumerable<string> Rendered(UntrustedText block) => block.Block(UntrustedText.Mark);

    public void Inform(ScreenLine line) => Inform(line.Text);

    public void Result(string text)
    {
        lock (_lock)
        {
            _output += text;
        }
    }

    public void Document(string text) => Result(text);

    public void Show(UntrustedText block)
    {
        foreach (var line in block.Block())
        {
            Show(line);
        }
    }

    public void Inform(UntrustedText block)
    {
        foreach (var line in block.Block())
        {
            Inform(line);
        }
    }

    public void Show(string line)
    {
        Inform(line);
        if (!Documents)
        {
            Result(line + "\n");
        }
    }

    public void Inform(string line)
    {
        lock (_lock)
        {
            _people += line + "\n";
        }
    }

    public void Warn(string line) => Inform("warning: " + line);

    public void Fail(string message, string cure)
    {
        Inform("error: " + message);
        if (cure.Length > 0)
        {
            Inform("  " + cure);
        }
    }

    public string ReadInput() => Input;

    /// <summary>The streams that <see cref="OpenStreams"/> returns.</summary>
    public (Stream Input, Stream Output) Streams { get; init; } = (Stream.Null, Stream.Null);

    public (Stream Input, Stream Output) OpenStreams() => Streams;

    public bool? Ask(string question, bool byDefault = false)
    {
        Inform(question);
        return Answer;
    }

    /// <summary>The answers of <see cref="AskText"/> in order; after them it returns <see cref="Answer"/>.</summary>
    public Queue<string> Texts { get; init; } = [];

    public string? AskText(string question)
    {
        Inform(question);
        return Texts.TryDequeue(out var text) ? text
            : Answer is { } yes ? (yes ? "yes" : "no")
            : null;
    }

    public void Redraw(IReadOnlyList<ScreenLine> lines) => throw new InvalidOperationException("There is no screen to draw on.");

    public void EndRedraw() { }
}
