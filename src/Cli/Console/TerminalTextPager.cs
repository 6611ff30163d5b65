using Orchestrator.App.Programs;

namespace Orchestrator.Cli.Console;

/// <summary>
/// Shows text on a screen. Text that does not fit on one screen is shown in the pager that the user has configured for git.
/// </summary>
/// <param name="terminal">The terminal.</param>
/// <param name="environment">Environment variables of the process.</param>
internal sealed class TerminalTextPager(ITerminal terminal, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Shows untrusted text in color. A pipe receives the text unchanged.</summary>
    /// <param name="text">The text.</param>
    /// <param name="toneOf">Returns the color meaning of a line.</param>
    public async Task ShowAsync(string text, Func<string, TextTone> toneOf)
    {
        if (terminal.IsPlainDocument)
        {
            terminal.Document(text);
        }
        else if (text.Length > 0)
        {
            await ShowAsync(
                text.TrimEnd('\n').Split('\n').Select(line => terminal.Rendered(new ScreenLine(line, toneOf(line)))).ToAsyncEnumerable()
            );
        }
    }

    /// <summary>
    /// Shows lines as rendered by <see cref="ITerminal.Rendered(ScreenLine)"/>. Keeps at most one page of lines in memory.
    /// </summary>
    public async Task ShowAsync(IAsyncEnumerable<string> lines)
    {
        await using var all = lines.GetAsyncEnumerator();
        var page = new List<string>();
        while (page.Count < terminal.Height && await all.MoveNextAsync())
        {
            page.Add(all.Current);
        }
        if (page.Count >= terminal.Height && terminal.IsInteractive && await UserPager.TryShowAsync(AllAsync(page, all), environment))
        {
            return;
        }
        await foreach (var line in AllAsync(page, all))
        {
            terminal.ShowRendered([line]);
        }
    }

    private static async IAsyncEnumerable<string> AllAsync(IEnumerable<string> page, IAsyncEnumerator<string> rest)
    {
        foreach (var line in page)
        {
            yield return line;
        }
        while (await rest.MoveNextAsync())
        {
            yield return rest.Current;
        }
    }
}
