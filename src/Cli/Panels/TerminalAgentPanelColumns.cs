using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Panels;

/// <summary>Column layout of a list of agents. The columns are name, state, time, cost (if any agent has a cost) and current
/// action.</summary>
/// <param name="Name">Width of the longest name in cells.</param>
/// <param name="State">Width of the longest state in cells.</param>
/// <param name="WithRun">True if the rows belong to several runs, so that the name is <c>RUN/TASK</c>.</param>
/// <param name="WithMoney">True if any agent has a cost.</param>
internal sealed record TerminalAgentPanelColumns(int Name, int State, bool WithRun, bool WithMoney)
{
    private const int LeastName = 28;
    private const int TimeCells = 6;
    private const int MoneyCells = 9;

    /// <summary>Computes the column layout for a list of rows.</summary>
    public static TerminalAgentPanelColumns Of(IReadOnlyList<TerminalAgentPanelRow> rows)
    {
        var withRun = rows.Select(row => row.Run).Distinct(StringComparer.Ordinal).Skip(1).Any();
        var longest = rows.Select(row => TextCellWidth.Of(withRun ? row.Name : row.Task.Id)).DefaultIfEmpty(0).Max();
        var states = rows.Select(row => StateOf(row.Task).Length).DefaultIfEmpty(0).Max();
        return new TerminalAgentPanelColumns(longest, states, withRun, rows.Any(row => row.Task.Cost > 0));
    }

    /// <summary>Formats a row as a line.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isSelected">True if the row is selected.</param>
    /// <param name="now">Current time.</param>
    /// <param name="width">Maximum number of columns.</param>
    public ScreenLine Row(TerminalAgentPanelRow row, bool isSelected, DateTimeOffset now, int width)
    {
        var task = row.Task;
        // The name gets at most a third of the screen, which leaves room for the current action.
        var cells = Math.Min(Name, Math.Max(LeastName, width / 3));
        var name = TextCellWidth.Pad(TextCellWidth.CutMiddle(WithRun ? row.Name : task.Id, cells), cells);
        var state = StateOf(task).PadRight(State);
        var time = DurationAndTokenFormatter.Time(now - (row.IsAtWork ? task.StartedAt ?? task.Since : task.Since)).PadLeft(TimeCells);
        var money = !WithMoney
            ? ""
            : (task.Cost > 0 ? task.Cost.ToString("0.00", CultureInfo.InvariantCulture) + " $" : "").PadLeft(MoneyCells);
        var text = $"{(isSelected ? ">" : " ")} {name}  {state}{time}{money}  {TextCellWidth.OneLine(row.Doing)}".TrimEnd();
        return new ScreenLine(TextCellWidth.Cut(text, width), ToneOf(task), 2 + name.Length + 2, state.Length);
    }

    private static string StateOf(RunTaskStatus task) => task.Paused ? "paused" : task.State;

    private static TextTone ToneOf(RunTaskStatus task) =>
        task.State switch
        {
            TaskStateNames.Failed or TaskStateNames.Escalated => TextTone.Bad,
            TaskStateNames.Blocked or TaskStateNames.AwaitingApproval or TaskStateNames.Parked => TextTone.Asks,
            _ => task.Paused ? TextTone.Asks : TextTone.Busy,
        };
}
