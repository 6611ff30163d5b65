using Orchestrator.Runs.Hosting;

namespace Orchestrator.Cli.Console;

/// <summary>Shows a long text of others on a screen: coloured, and in the pager that the person has set for git where it does not fit. A
/// pipe gets the text as it is.</summary>
/// <param name="terminal">The terminal.</param>
/// <param name="environment">Variables.</param>
internal sealed class Pager(ITerminal terminal, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Shows it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="toneOf">The colour of a line.</param>
    public async Task ShowAsync(string text, Func<string, Tone> toneOf)
    {
        if (!terminal.IsPlainDocument)
        {
            string[] lines = [.. text.TrimEnd('\n').Split('\n').Select(line => terminal.Rendered(new ScreenLine(line, toneOf(line))))];
            if (lines.Length >= terminal.Height && terminal.IsInteractive && await PersonsPager.TryShowAsync(lines, environment))
            {
                return;
            }
            if (text.Length > 0)
            {
                terminal.ShowRendered(lines);
            }
            return;
        }
        terminal.Document(text);
    }
}
