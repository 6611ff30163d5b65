using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Tests;

/// <summary>Keeps what was shown. Answers questions only when told how.</summary>
internal sealed class RecordingTerminal : ITerminal
{
    private readonly Lock _lock = new();
    private string _output = "";
    private string _people = "";

    /// <summary>What was printed for programs.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
                return _output;
        }
    }

    /// <summary>What was said to people.</summary>
    public string People
    {
        get
        {
            lock (_lock)
                return _people;
        }
    }

    public bool? Answer { get; init; }

    public string Input { get; init; } = "";

    public bool IsInteractive => Answer is not null;

    public bool HasScreen => false;

    public int Width => 80;

    public int Height => 24;

    public void Result(string text)
    {
        lock (_lock)
            _output += text;
    }

    public void Say(string line)
    {
        lock (_lock)
            _people += line + "\n";
    }

    public void Warn(string line) => Say("warning: " + line);

    public void Fail(string message, string cure)
    {
        Say("error: " + message);
        if (cure.Length > 0)
            Say("  " + cure);
    }

    public string ReadInput() => Input;

    public bool? Ask(string question)
    {
        Say(question);
        return Answer;
    }

    public void Redraw(IReadOnlyList<string> lines) => throw new InvalidOperationException("There is no screen to draw on.");

    public void EndRedraw()
    {
    }
}
