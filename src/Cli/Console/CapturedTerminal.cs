namespace Orchestrator.Cli.Console;

/// <summary>A terminal without a screen and a person, for a command that is carried out by another part of this process.</summary>
internal static class CapturedTerminal
{
    /// <summary>Opens it; whether the command prints a document is said when it begins.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="output">Gets what it writes to stdout.</param>
    /// <param name="messages">Gets what it writes to stderr.</param>
    public static Func<bool, ITerminal> Opening(IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter messages) =>
        documents => new SystemTerminal(
            documents,
            environment,
            new ConsoleEnds(TextReader.Null, output, messages, IsInPiped: true, IsOutPiped: true, IsErrorPiped: true)
        );
}
