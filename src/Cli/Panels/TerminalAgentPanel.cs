using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Panels;

/// <summary>Action that a key of the panel requests.</summary>
internal enum TerminalAgentPanelAction
{
    /// <summary>Leaves the panel.</summary>
    Quit,

    /// <summary>Shows the whole log.</summary>
    Logs,

    /// <summary>Pauses a running task, or resumes a paused one.</summary>
    Pause,

    /// <summary>Starts another attempt of the task.</summary>
    Retry,
}

/// <summary>
/// State of the panel that lists all agents: the selected row, the filter and the rows. Processes key presses and renders the panel,
/// without side effects.
/// </summary>
internal sealed record TerminalAgentPanel
{
    private const string Help = "up/down select   / filter   l logs   p pause or continue   r retry   q quit";
    private const int LeastRows = 3;

    /// <summary>All rows of the panel, regardless of the filter.</summary>
    public IReadOnlyList<TerminalAgentPanelRow> Rows { get; init; } = [];

    /// <summary>Name of the selected row, which might no longer exist.</summary>
    public string Selected { get; init; } = "";

    /// <summary>Text that the name, state or activity of a row must contain to be shown.</summary>
    public string Filter { get; init; } = "";

    /// <summary>True while the user types the filter.</summary>
    public bool IsFiltering { get; init; }

    /// <summary>Result of the last action. Empty if there was none.</summary>
    public string Message { get; init; } = "";

    /// <summary>Rows that match the filter.</summary>
    public IReadOnlyList<TerminalAgentPanelRow> Shown =>
        Filter.Length == 0
            ? Rows
            :
            [
                .. Rows.Where(row =>
                    row.Name.Contains(Filter, StringComparison.OrdinalIgnoreCase)
                    || row.Task.State.Contains(Filter, StringComparison.OrdinalIgnoreCase)
                    || row.Doing.Contains(Filter, StringComparison.OrdinalIgnoreCase)
                ),
            ];

    /// <summary>Selected row if it is shown, otherwise the first row, or null if no row is shown.</summary>
    public TerminalAgentPanelRow? Current => Shown.FirstOrDefault(row => row.Name == Selected) ?? (Shown is [var first, ..] ? first : null);

    /// <summary>Processes a pressed key. Returns the new panel, and the requested action or null if only the panel changes.</summary>
    public (TerminalAgentPanel Panel, TerminalAgentPanelAction? Action) HandleKey(TerminalKey key) =>
        IsFiltering ? (Type(key), null)
        : key.Key == ConsoleKey.Escape && Filter.Length > 0 ? (this with { Filter = "" }, null)
        : (key.Key, key.Character) switch
        {
            (ConsoleKey.UpArrow, _) or (_, 'k') => (Move(-1), null),
            (ConsoleKey.DownArrow, _) or (_, 'j') => (Move(1), null),
            (ConsoleKey.PageUp, _) => (Move(-10), null),
            (ConsoleKey.PageDown, _) => (Move(10), null),
            (ConsoleKey.Home, _) => (Move(-Shown.Count), null),
            (ConsoleKey.End, _) => (Move(Shown.Count), null),
            (_, '/') => (this with { IsFiltering = true, Message = "" }, null),
            (ConsoleKey.Enter, _) or (_, 'l') => (this, Current is null ? null : TerminalAgentPanelAction.Logs),
            (_, 'p') => (this, Current is null ? null : TerminalAgentPanelAction.Pause),
            (_, 'r') => (this, Current is null ? null : TerminalAgentPanelAction.Retry),
            (ConsoleKey.Escape, _) or (_, 'q') => (this, TerminalAgentPanelAction.Quit),
            _ => (this, null),
        };

    /// <summary>Renders the panel as the lines of a screen.</summary>
    /// <param name="tail">Last lines of the selected task's log.</param>
    /// <param name="now">Current time.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="height">Maximum number of lines.</param>
    public IReadOnlyList<ScreenLine> RenderLines(IReadOnlyList<string> tail, DateTimeOffset now, int width, int height)
    {
        var shown = Shown;
        var lines = new List<ScreenLine> { new(TextCellWidth.Cut(Title(shown.Count), width), TextTone.Strong) };
        // The log gets a third of the screen. A screen that is too low for both shows only the rows.
        var room = Math.Max(LeastRows, height - 2);
        var ofLog = room >= 2 * LeastRows + 2 ? Math.Max(LeastRows, Math.Min(tail.Count, Math.Max(room / 3, room - shown.Count - 1))) : 0;
        var ofRows = Math.Max(LeastRows, room - (ofLog == 0 ? 0 : ofLog + 1));
        var selected = Current is { } current ? shown.TakeWhile(row => row.Name != current.Name).Count() : 0;
        var first = Math.Clamp(selected - ofRows / 2, 0, Math.Max(0, shown.Count - ofRows));
        var columns = TerminalAgentPanelColumns.Of(Rows);
        lines.AddRange(shown.Skip(first).Take(ofRows).Select(row => columns.Row(row, row.Name == Current!.Name, now, width)));
        if (shown.Count == 0)
        {
            lines.Add(Rows.Count == 0 ? "No agent is running." : "No agent matches this filter.");
        }
        if (ofLog > 0 && Current is { } of)
        {
            lines.Add(new ScreenLine(TextCellWidth.Cut($"-- {of.Name}", width), TextTone.Faint));
            lines.AddRange(tail.TakeLast(ofLog).Select(line => (ScreenLine)TextCellWidth.Cut(TextCellWidth.OneLine(line), width)));
        }
        lines.Add(new ScreenLine(TextCellWidth.Cut(FooterText(), width), TextTone.Faint));
        return [.. lines.Take(height)];
    }

    private string Title(int shown)
    {
        var atWork = Rows.Count(row => row.IsAtWork);
        var still = Rows.Count - atWork;
        var run = Rows.Count > 0 && Rows.All(row => row.Run == Rows[0].Run) ? $" for {Rows[0].Run}" : "";
        return $"{atWork.ToString(CultureInfo.InvariantCulture)} at work{run}"
            + (still > 0 ? $", {still.ToString(CultureInfo.InvariantCulture)} waiting or failed" : "")
            + (shown < Rows.Count ? $"; {shown.ToString(CultureInfo.InvariantCulture)} shown" : "");
    }

    private string FooterText() =>
        IsFiltering ? $"/{Filter}_   (Enter: done, Esc: no filter)"
        : Message.Length > 0 ? TextCellWidth.OneLine(Message)
        : Filter.Length > 0 ? $"/{Filter}   {Help}"
        : Help;

    private TerminalAgentPanel Type(TerminalKey key) =>
        key.Key switch
        {
            ConsoleKey.Enter => this with { IsFiltering = false },
            ConsoleKey.Escape => this with { IsFiltering = false, Filter = "" },
            ConsoleKey.Backspace => this with { Filter = Filter.Length == 0 ? "" : Filter[..^1] },
            _ => char.IsControl(key.Character) || key.Character == '\0' ? this : this with { Filter = Filter + key.Character },
        };

    private TerminalAgentPanel Move(int by)
    {
        var shown = Shown;
        if (shown.Count == 0)
        {
            return this;
        }
        var at = shown.TakeWhile(row => row.Name != Current!.Name).Count();
        return this with { Selected = shown[Math.Clamp(at + by, 0, shown.Count - 1)].Name, Message = "" };
    }
}
