using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>status</c>: shows the status of a run and whether a worker serves the run. Reads files and needs no running Temporal server.
/// </summary>
internal sealed class StatusCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run, or else the latest run");
    private readonly Option<bool> _watch = new("--watch") { Description = "Keep updating until the run ends" };
    private readonly Option<bool> _once = new("--once") { Description = "Print the state once, even with --watch" };
    private readonly Option<double> _refresh = new("--refresh")
    {
        Description = "With --watch, number of seconds between two checks",
        HelpName = "S",
        DefaultValueFactory = static _ => 1,
    };
    private readonly Option<bool> _graph = new("--graph")
    {
        Description = "Draw each task below the task that it waits for (the default for --watch on a terminal)",
    };
    private readonly Option<bool> _blocked = new("--blocked")
    {
        Description = "Show only tasks that are blocked, failed, escalated, parked or waiting for an approval",
    };
    private readonly Option<bool> _all = new("--all")
    {
        Description = "Show all commands that can answer a question, not only the recommended one",
    };
    private readonly Option<bool> _exitCode = new("--exit-code")
    {
        Description =
            "Use the exit codes of 'run', namely 1 for failed or escalated runs, 3 for waiting ones, and 4 for paused or "
            + "interrupted ones",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public StatusCommand()
        : base("status", "Show the state of a run and its tasks")
    {
        _run.AddTo(this);
        Add(_watch);
        Add(_once);
        Add(_refresh);
        Add(_graph);
        Add(_blocked);
        Add(_all);
        Add(_exitCode);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var queries = new RunQueries(context);
        var run = await queries.ObserveAsync(_run.RequireRun(repository, parsed), stop);
        if (parsed.GetValue(_json))
        {
            var now = queries.WithActivity(run with { Status = Selected(run, parsed) });
            context.Print(now, RunJson.Default.RunStatus);
            return CodeOf(run, parsed);
        }

        if (parsed.GetValue(_watch) && !parsed.GetValue(_once))
        {
            return await WatchAsync(run, repository, parsed, context, stop);
        }
        Show(run, WithMailCounts(run, parsed), parsed, context);
        foreach (var fault in BackgroundWorkErrorFormatter.LinesOf(repository, context.Time.GetUtcNow()))
        {
            context.Terminal.Show($"in the background: {fault}");
        }
        return CodeOf(run, parsed);
    }

    // The exit code reflects the outcome of the run only if an option requests it. Otherwise, showing the status is a success.
    private UseCaseOutcome CodeOf(StoredRun run, ParseResult parsed) =>
        !parsed.GetValue(_exitCode) ? UseCaseOutcome.Done
        : run.Status.Standing == RunLivenessClassifier.Interrupted ? UseCaseOutcome.Resumable
        : RunExitCode.CodeOf(run.Status) ?? UseCaseOutcome.Done;

    private async Task<UseCaseOutcome> WatchAsync(
        StoredRun run,
        LocalRepositoryPaths repository,
        ParseResult parsed,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var pause = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_refresh), 0.1, 3600));
        var terminal = context.Terminal;
        var shown = -1L;
        var wasAbandoned = false;
        while (true)
        {
            var found = await RunStateResolver.OfFilesAsync(RunRecordReconciler.Of(run.Reload(), repository), repository, context, stop);
            run = RunStateResolver.WithBudgets(found, repository, context);
            var status = WithMailCounts(run, parsed);
            var isAbandoned = run.Status.Abandoned is true;
            if (terminal.HasScreen)
            {
                terminal.Report(RunToTerminalTabStatusConverter.Of(run.Status));
                terminal.Redraw([
                    .. RunTaskTableFormatter.RenderTable(
                        status,
                        AgentActionReader.Read(run.Folder, run.Status, context.Environment),
                        context.Time.GetUtcNow(),
                        terminal.Width,
                        terminal.Height - 2,
                        asGraph: true
                    ),
                    .. isAbandoned
                        ? [.. TextWrapper.Of(RunStateResolver.RemedyFor(run), terminal.Width).Select(row => (ScreenLine)row)]
                        : Array.Empty<ScreenLine>(),
                ]);
            }
            else if (run.Status.Sequence != shown || isAbandoned != wasAbandoned)
            {
                Show(run, status, parsed, context);
            }
            shown = run.Status.Sequence;
            wasAbandoned = isAbandoned;
            if (RunStateNames.IsFinal(run.Status.State))
            {
                break;
            }
            await Task.Delay(pause, context.Time, stop);
        }

        terminal.EndRedraw();
        return CodeOf(run, parsed);
    }

    private RunStatus WithMailCounts(StoredRun run, ParseResult parsed) => AgentActionReader.WithMail(run.Folder, Selected(run, parsed));

    private RunStatus Selected(StoredRun run, ParseResult parsed) => parsed.GetValue(_blocked) ? OnlyBlocked(run.Status) : run.Status;

    private void Show(StoredRun run, RunStatus status, ParseResult parsed, CliCommandServiceBundle context)
    {
        var now = context.Time.GetUtcNow();
        if (!RunStateNames.IsFinal(status.State) && run.FullDisk is { } full)
        {
            context.Terminal.Warn(full);
        }
        var width = context.Terminal.OutputWidth;
        foreach (
            var line in RunTaskTableFormatter.RenderTable(
                status,
                AgentActionReader.Read(run.Folder, run.Status, context.Environment),
                now,
                width,
                int.MaxValue,
                stepsFollow: true,
                asGraph: parsed.GetValue(_graph)
            )
        )
        {
            context.Terminal.Show(line);
        }
        foreach (var task in status.Tasks.Where(task => task.Answers is { Count: > 0 } && !TaskStateNames.IsEnd(task.State)))
        {
            context.Terminal.Show(TextCellWidth.Cut($"{task.Id} was {task.Answers![^1]}", width));
            context.Terminal.Show($"    to correct it: orchestrate send {status.RunId}/{task.Id} TEXT");
        }
        NextStepsPrinter.Write(run.Status, parsed.GetValue(_all), width, context.Terminal.Show);
        if (run.HasEscalation)
        {
            context.Terminal.Show($"Details for the decision: orchestrate report {run.Id} --escalation");
        }
        if (
            !RunStateNames.IsFinal(run.Status.State)
            // The waiting time is shown next to the run's state.
            && (run.Status.Standing ?? RunLivenessClassifier.Of(run.Status)) != RunLivenessClassifier.NeedsPerson
            && now - run.WrittenAt > TimeSpan.FromMinutes(1)
        )
        {
            context.Terminal.Show($"(from {DurationAndTokenFormatter.Time(now - run.WrittenAt)} ago)");
        }
        if (Describe(run.Status.Crashes) is { } crashes)
        {
            context.Terminal.Show(crashes);
        }
        foreach (var kept in run.Status.Kept ?? [])
        {
            context.Terminal.Show($"stored until the run continues: {kept}");
        }
        foreach (var unsent in run.Status.Unsent ?? [])
        {
            context.Terminal.Show(new UntrustedText(unsent));
        }
        if (run.Status.Abandoned is true)
        {
            context.Terminal.Show(RunStateResolver.RemedyFor(run));
        }
    }

    // Returns null if the background process has not crashed.
    private static string? Describe(IReadOnlyList<RunProcessCrashRecord>? crashes) =>
        crashes is [.., var last]
            ? $"Its background process died {Plural.Times(crashes.Count)}, last at "
                + $"{LocalTimeFormatter.Of(last.Time)} "
                + $"(exit code {last.ExitCode}), and was {(last.IsLast ? "not started again, since it died too often." : "started again.")}"
            : null;

    private static RunStatus OnlyBlocked(RunStatus run) =>
        run with
        {
            Tasks =
            [
                .. run.Tasks.Where(task =>
                    task.State
                        is TaskStateNames.Blocked
                            or TaskStateNames.AwaitingApproval
                            or TaskStateNames.Failed
                            or TaskStateNames.Escalated
                            or TaskStateNames.Parked
                ),
            ],
        };
}
