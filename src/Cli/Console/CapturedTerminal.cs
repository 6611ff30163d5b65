namespace Orchestrator.Cli.Console;

/// <summary>Creates a terminal without a screen and a user, for a command that another part of this process calls.</summary>
internal static class CapturedTerminal
{
    /// <summary>Returns a function that opens the terminal. Its argument is true if the command prints a document.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="output">Receives stdout.</param>
    /// <param name="messages">Receives stderr.</param>
    public static Func<bool, ITerminal> Opening(IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter messages) =>
        documents => new SystemTerminal(
            documents,
            environment,
            new ConsoleEnds(TextReader.Null, output, messages, IsInPiped: true, IsOutPiped: true, IsErrorPiped: true)
        );
}
