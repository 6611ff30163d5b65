namespace Orchestrator.Cli.Console;

/// <summary>
/// The one door to the console: what was asked for goes to stdout, what goes on beside it (progress, warnings, questions) to stderr.
/// </summary>
internal interface ITerminal
{
    /// <summary>A person can read and answer: both ends are terminals.</summary>
    bool IsInteractive { get; }

    /// <summary>A screen whose lines can be redrawn; false turns colour, tables that move and questions off.</summary>
    bool HasScreen { get; }

    /// <summary>Columns of the screen; 80 without one.</summary>
    int Width { get; }

    /// <summary>Rows of the screen; 24 without one.</summary>
    int Height { get; }

    /// <summary>Writes what the command was asked for, as it is, to stdout: a document, a log, a diff.</summary>
    void Result(string text);

    /// <summary>Writes a line of what a person asked for, to stdout; to stderr where the command prints a document.</summary>
    void Show(string line);

    /// <summary>Writes a line of what goes on, to stderr.</summary>
    void Say(string line);

    /// <summary>Writes a warning for people, to stderr.</summary>
    void Warn(string line);

    /// <summary>Writes an error for people, with what to do about it, to stderr.</summary>
    void Fail(string message, string cure);

    /// <summary>Everything on stdin.</summary>
    string ReadInput();

    /// <summary>
    /// Stdin and stdout as they are, for a protocol that is spoken over them; nothing else may be written to stdout then.
    /// </summary>
    (Stream Input, Stream Output) OpenStreams();

    /// <summary>Asks a yes-or-no question; null when nobody can answer.</summary>
    /// <param name="question">The question.</param>
    /// <param name="byDefault">What the enter key alone means.</param>
    bool? Ask(string question, bool byDefault = false);

    /// <summary>Replaces the lines of the last call by these; only where <see cref="HasScreen"/>.</summary>
    void Redraw(IReadOnlyList<string> lines);

    /// <summary>Leaves the lines of the last <see cref="Redraw"/> standing; what follows goes below them.</summary>
    void EndRedraw();
}
