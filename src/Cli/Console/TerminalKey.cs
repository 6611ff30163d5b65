namespace Orchestrator.Cli.Console;

/// <summary>A key that a person has pressed.</summary>
/// <param name="Key">The key.</param>
/// <param name="Character">What it types; <c>\0</c> where it types nothing.</param>
internal readonly record struct TerminalKey(ConsoleKey Key, char Character);
