using Orchestrator.Cli.Panels;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>watch</c>: shows all running agents live, with keys to inspect, pause and retry a task.</summary>
internal sealed class WatchCommand : CliCommand
{
    private static readonly TimeSpan KeyPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);
    private readonly RunOrTaskCliArgument _run = new("RUN", "Only agents of this run; default: agents of all open runs");
    private readonly Option<bool> _once = new("--once") { Description = "Print the agents once, even on a terminal" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public WatchCommand()
        : base("watch", "Show all running agents in a live table")
    {
        _run.AddTo(this);
        Add(_once);
        Add(_json);
        Add(new OpenRunInTmuxCommand());
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var only = _run.Text(parsed) is not null ? _run.RequireRun(repository, parsed).Id : null;
        var runs = new StoredRunCache();
        var rows = await ReadWorkersAsync(runs, repository, only, context, stop);
        if (parsed.GetValue(_json))
        {
            context.Print(new WorkersDocument([.. rows.Select(row => row.ToDocument())]), DocumentJson.Default.WorkersDocument);
            return UseCaseOutcome.Done;
        }
        if (!context.Terminal.HasScreen || !context.Terminal.IsInteractive || parsed.GetValue(_once))
        {
            ShowOnce(rows, context);
            return UseCaseOutcome.Done;
        }
        await ShowAsync(runs, repository, only, context, stop);
        return UseCaseOutcome.Done;
    }

    private static async Task<IReadOnlyList<TerminalAgentPanelRow>> ReadWorkersAsync(
        StoredRunCache known,
        LocalRepositoryPaths repository,
        string? only,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var runs = new List<StoredRun>();
        foreach (var run in StoredRunFinder.Open(repository, known.List(repository)).Where(run => only is null || run.Id == only))
        {
            runs.Add(await RunStateResolver.OfFilesAsync(run, repository, context, stop));
        }
        return TerminalAgentPanelRow.Of(runs, context.Environment);
    }

    private static void ShowOnce(IReadOnlyList<TerminalAgentPanelRow> rows, CliCommandServiceBundle context)
    {
        if (rows.Count == 0)
        {
            context.Terminal.Show("No agent is running.");
        }
        var columns = TerminalAgentPanelColumns.Of(rows);
        foreach (var row in rows)
        {
            context.Terminal.Show(columns.Row(row, isSelected: false, context.Time.GetUtcNow(), context.Terminal.OutputWidth));
        }
    }

    private static async Task ShowAsync(
        StoredRunCache runs,
        LocalRepositoryPaths repository,
        string? only,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var terminal = context.Terminal;
        var panel = new TerminalAgentPanel();
        await using var tail = new LogTail(context.Time);
        var looked = 0L;
        try
        {
            while (true)
            {
                if (looked == 0 || context.Time.GetElapsedTime(looked) >= LookPause)
                {
                    panel = panel with { Rows = await ReadWorkersAsync(runs, repository, only, context, stop) };
                    looked = context.Time.GetTimestamp();
                }
                await tail.FollowAsync(panel.Current?.Start);
                terminal.Redraw(panel.RenderLines(tail.Lines, context.Time.GetUtcNow(), terminal.Width, terminal.Height - 1));
                var pressed = false;
                while (!pressed && context.Time.GetElapsedTime(looked) < LookPause)
                {
                    await Task.Delay(KeyPause, context.Time, stop);
                    while (terminal.TryReadKey() is { } key)
                    {
                        pressed = true;
                        (panel, var action) = panel.HandleKey(key);
                        if (action == TerminalAgentPanelAction.Quit)
                        {
                            return;
                        }
                        if (action is { } wanted && panel.Current is { } row)
                        {
                            panel = panel with { Message = await ExecuteActionAsync(wanted, row, repository, context) };
                            looked = 0;
                        }
                    }
                }
            }
        }
        finally
        {
            terminal.EndRedraw();
        }
    }

    // Returns the output of the command as one line.
    private static async Task<string> ExecuteActionAsync(
        TerminalAgentPanelAction action,
        TerminalAgentPanelRow row,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context
    )
    {
        if (action == TerminalAgentPanelAction.Logs)
        {
            context.Terminal.EndRedraw();
            await context.CallAsync(["logs", row.Name], repository.Root);
            return "";
        }
        if (row.IsAbandoned && (action == TerminalAgentPanelAction.Retry || !row.Task.Paused))
        {
            return $"No process is working on {row.Run}. To continue: orchestrate resume {row.Run}";
        }
        var command =
            action == TerminalAgentPanelAction.Retry ? SteeringCatalog.Retry
            : row.Task.Paused ? SteeringCatalog.Resume
            : SteeringCatalog.Pause;
        var commands = new RunCommands(context, repository.Root);
        var result = await commands.SteerAsync(command, new SteeringRequest(row.Run, row.Task.Id), context.Interrupts.Stop);
        var answer = result.Text.ReplaceLineEndings(" ");
        return $"{command.Name} {row.Name}: {(answer.Length > 0 ? answer : result.IsDone ? "done" : $"exit code {(int)result.Outcome}")}";
    }
}
