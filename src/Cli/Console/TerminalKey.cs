namespace Orchestrator.Cli.Console;

/// <summary>A pressed key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Character">Character that the key types, or <c>\0</c> if it types none.</param>
internal readonly record struct TerminalKey(ConsoleKey Key, char Character);
