using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows a run at the terminal: as a live table on a screen, or otherwise as one line per state transition.</summary>
internal sealed class TerminalRunView(string folder, bool table, long skipUntil, CliCommandServiceBundle context) : ILiveRunView
{
    private readonly ITerminal _terminal = context.Terminal;
    private readonly bool _table = table && context.Terminal.HasScreen;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private long _shown = skipUntil;
    private long _read;

    /// <inheritdoc/>
    public bool HasClocks => _table;

    /// <inheritdoc/>
    public void Close() => _terminal.EndRedraw();

    /// <inheritdoc/>
    public Task ShowEndAsync(RunStatus status, bool asks = false) => RunSummary.PrintAsync(status, context, _warned, asks, _table);

    /// <inheritdoc/>
    public void Show(RunStatus status, bool isLast)
    {
        var news = RunWarningCollector.Of(status).Where(_warned.Add).ToList();
        if (news.Count > 0)
        {
            _terminal.EndRedraw();
        }
        foreach (var warning in news)
        {
            _terminal.Warn(warning);
        }
        if (_terminal.HasScreen)
        {
            _terminal.Report(RunToTerminalTabStatusConverter.Of(status));
        }
        if (_table)
        {
            _terminal.Redraw(
                RunTaskTableFormatter.RenderTable(
                    status,
                    AgentActionReader.Read(folder, status, context.Environment),
                    context.Time.GetUtcNow(),
                    _terminal.Width,
                    _terminal.Height - 1,
                    stepsFollow: isLast
                )
            );
            return;
        }

        foreach (
            var happened in EventFile
                .ReadNew(Path.Combine(folder, "events.jsonl"), ref _read)
                .Select(EventFile.Parse)
                .Where(happened => happened.Sequence > _shown)
        )
        {
            _terminal.Inform(EventFile.Describe(happened));
            _shown = happened.Sequence;
        }
    }
}
