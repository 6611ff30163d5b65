using Orchestrator.Plans;

namespace Orchestrator.Cli.Console;

/// <summary>Choices of whether colors are written.</summary>
internal enum ColourChoice
{
    /// <summary>To screens, unless <c>NO_COLOR</c> or <c>TERM=dumb</c> say otherwise.</summary>
    Auto,

    /// <summary>Colours are printed into pipes and files, too.</summary>
    Always,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>The only access to the console: requested output goes to stdout, everything else (progress, warnings, questions) to
/// stderr.</summary>
/// <remarks>Each line may hold text of others (titles, mail, errors of programs ...): no call writes a character that a terminal obeys or
/// does not show, and what follows a line end within a line is marked as <see cref="UntrustedText"/>. So several lines of ours are several
/// calls.</remarks>
internal interface ITerminal : IInteraction
{
    /// <summary>A screen whose lines can be redrawn; false turns colour, tables that move and questions off.</summary>
    bool HasScreen { get; }

    /// <summary>Columns of the screen; 80 without one.</summary>
    int Width { get; }

    /// <summary>Columns of what goes to stdout: those of the screen, and no limit where it is piped or goes to a file.</summary>
    int OutputWidth { get; }

    /// <summary>Sets whether colors are written: to screens (the default), always, or never.</summary>
    ColourChoice Colours { set; }

    /// <summary>Rows of the screen; 24 without one.</summary>
    int Height { get; }

    /// <summary>Writes requested output to stdout, whose lines are ours: a report, a table. What it holds of others was marked where it was
    /// made.</summary>
    void Result(string text);

    /// <summary>Writes a document to stdout that programs read: unchanged into a pipe, on a terminal as <see cref="Result"/>. Nothing of
    /// ours may stand beside it.</summary>
    void Document(string text);

    /// <summary>Writes a line of requested output to stdout; to stderr where the command prints a document.</summary>
    void Show(string line);

    /// <summary>Writes a line with a coloured part to stdout.</summary>
    void Show(ScreenLine line);

    /// <summary>A line as <see cref="Show(ScreenLine)"/> writes it to stdout, with its colour where there is any.</summary>
    string Rendered(ScreenLine line);

    /// <summary>The lines that <see cref="Show(UntrustedText)"/> writes.</summary>
    IEnumerable<string> Rendered(UntrustedText block);

    /// <summary>True if the requested text goes to stdout without colors, for a program or a file.</summary>
    bool IsPlainDocument { get; }

    /// <summary>Writes lines as <see cref="Rendered(ScreenLine)"/> gave them to stdout.</summary>
    void ShowRendered(IReadOnlyList<string> lines);

    /// <summary>Writes a text of others as a block, to where <see cref="Show(string)"/> writes.</summary>
    void Show(UntrustedText block);

    /// <summary>Writes a line of progress to stderr.</summary>
    /// <remarks>Declared here as well, since the compiler prefers overloads of the derived interface.</remarks>
    new void Say(string line);

    /// <summary>Writes a text of others as a block, to stderr.</summary>
    new void Say(UntrustedText block);

    /// <summary>Writes a line with a coloured part to stderr.</summary>
    void Say(ScreenLine line);

    /// <summary>Writes an error with its cure to stderr.</summary>
    void Fail(string message, string cure);

    /// <summary>Everything on stdin.</summary>
    string ReadInput();

    /// <summary>Stdin and stdout as streams, for a protocol; nothing else may be written to stdout then.</summary>
    (Stream Input, Stream Output) OpenStreams();

    /// <summary>Asks for a line of text; null when there is no terminal to answer, or its input has ended. Empty lines are no
    /// answer.</summary>
    /// <param name="question">The question.</param>
    string? AskText(string question);

    /// <summary>The next key that was pressed, without waiting and without showing it; null where none was, or nobody can press
    /// one.</summary>
    TerminalKey? TryReadKey();

    /// <summary>Tells a terminal how the program stands, for its tabs and task bar; nothing where it has no screen. Records that are not
    /// among these any more are removed.</summary>
    /// <param name="records">The records, the most important one first; empty: the program is done with it.</param>
    void Report(IReadOnlyList<ProgramStatus> records);

    /// <summary>Replaces the lines of the last call by these; only where <see cref="HasScreen"/>.</summary>
    void Redraw(IReadOnlyList<ScreenLine> lines);

    /// <summary>Leaves the lines of the last <see cref="Redraw"/>; later output follows below them.</summary>
    void EndRedraw();
}
