namespace Orchestrator.Cli.Console;

/// <summary>Determines when output is colored.</summary>
internal enum ColorChoice
{
    /// <summary>Writes colors to screens unless <c>NO_COLOR</c> or <c>TERM=dumb</c> is set.</summary>
    Auto,

    /// <summary>Writes colors to pipes and files, too.</summary>
    Always,

    /// <summary>Never writes colors.</summary>
    Never,
}

/// <summary>
/// Provides the program's only access to the console. Requested output goes to stdout, and everything else (progress, warnings, questions)
/// to stderr.
/// </summary>
/// <remarks>A line may contain untrusted text, such as titles, mail or program errors. No call writes control characters or invisible
/// characters. Text after a line end within a line is marked as <see cref="UntrustedText"/>, so several trusted lines need several
/// calls.</remarks>
internal interface ITerminal : IUserInteraction
{
    /// <summary>True if the console is a screen whose lines can be redrawn. If false, colors, live tables and questions are
    /// disabled.</summary>
    bool HasScreen { get; }

    /// <summary>Number of columns of the screen, or 80 if there is no screen.</summary>
    int Width { get; }

    /// <summary>Number of columns for standard output. Unlimited if standard output is a pipe or a file.</summary>
    int OutputWidth { get; }

    /// <summary>Determines when output is colored.</summary>
    ColorChoice Colors { set; }

    /// <summary>Number of rows of the screen, or 24 if there is no screen.</summary>
    int Height { get; }

    /// <summary>
    /// Writes requested output, such as a report or a table, to standard output. The text is treated as the program's own, so the caller
    /// must already have marked any untrusted parts.
    /// </summary>
    void Result(string text);

    /// <summary>
    /// Writes a machine-readable document to standard output. The text is written unchanged to a pipe, and in the same way as by
    /// <see cref="Result"/> to a terminal. No other output may be written to standard output.
    /// </summary>
    void Document(string text);

    /// <summary>Writes a line of requested output to stdout, or to stderr if the command prints a document.</summary>
    void Show(string line);

    /// <summary>Writes a line with a colored part to stdout.</summary>
    void Show(ScreenLine line);

    /// <summary>Returns a line as <see cref="Show(ScreenLine)"/> writes it to stdout, including colors.</summary>
    string Rendered(ScreenLine line);

    /// <summary>Returns the lines that <see cref="Show(UntrustedText)"/> writes.</summary>
    IEnumerable<string> Rendered(UntrustedText block);

    /// <summary>True if the requested output is written to stdout without colors, because a program or a file receives it.</summary>
    bool IsPlainDocument { get; }

    /// <summary>Writes to stdout the lines that <see cref="Rendered(ScreenLine)"/> has returned.</summary>
    void ShowRendered(IReadOnlyList<string> lines);

    /// <summary>Writes untrusted text with a mark before each line, to the same stream as <see cref="Show(string)"/>.</summary>
    void Show(UntrustedText block);

    /// <summary>Writes a line of progress to stderr.</summary>
    /// <remarks>Declared here again because the compiler prefers overloads of the derived interface.</remarks>
    new void Inform(string line);

    /// <summary>Writes untrusted text to stderr with a mark before each line.</summary>
    new void Inform(UntrustedText block);

    /// <summary>Writes a line with a colored part to stderr.</summary>
    void Inform(ScreenLine line);

    /// <summary>Writes an error with its suggested fix to stderr.</summary>
    void Fail(string message, string cure);

    /// <summary>Reads stdin to its end.</summary>
    string ReadInput();

    /// <summary>Opens stdin and stdout as streams for a protocol. After that, nothing else may be written to standard output.</summary>
    (Stream Input, Stream Output) OpenStreams();

    /// <summary>Prompts for a line of text, and repeats the prompt after an empty line. Returns null if there is no terminal or its input
    /// has ended.</summary>
    /// <param name="question">Text of the prompt.</param>
    string? AskText(string question);

    /// <summary>Returns the next pressed key without waiting and without echo, or null if no key was pressed or there is no
    /// keyboard.</summary>
    TerminalKey? TryReadKey();

    /// <summary>
    /// Reports the program's status to the terminal, which shows the status on its tab and in the task bar. Removes the records of earlier
    /// calls that are not in the list. Does nothing without a screen.
    /// </summary>
    /// <param name="records">Records, the most important one first. Empty to remove all records.</param>
    void Report(IReadOnlyList<TerminalTabStatusRecord> records);

    /// <summary>
    /// Draws lines on the screen in place of those that the previous call drew. Allowed only if <see cref="HasScreen"/> is true.
    /// </summary>
    void Redraw(IReadOnlyList<ScreenLine> lines);

    /// <summary>Leaves the lines of the last <see cref="Redraw"/> on the screen, so that later output follows below them.</summary>
    void EndRedraw();
}
