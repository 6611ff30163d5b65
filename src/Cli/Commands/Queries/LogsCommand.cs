using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>logs</c>: prints the messages and actions of a task's agent as text.</summary>
internal sealed class LogsCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The task; if only a run is given, the task whose agent started last");
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Keep printing until the agent ends" };
    private readonly Option<bool> _all = new("--all")
    {
        Description = "Print the logs of all tasks, with the task's id on each line; with --follow, include tasks that start later",
    };
    private readonly Option<int?> _start = new("--start")
    {
        Description = "Number of the agent start whose log is printed; default: the last start",
        HelpName = "N",
    };

    private readonly Option<bool> _json = GlobalOptions.Json();

    public LogsCommand()
        : base("logs", "Print the output and the actions of a task's agent")
    {
        _which.AddTo(this);
        Add(_follow);
        Add(_all);
        Add(_start);
        Add(_json);
    }

    private async Task ShowAllAsync(
        StoredRun run,
        RunReference reference,
        ParseResult parsed,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        if (reference.Task is not null || parsed.GetValue(_start) is not null || parsed.GetValue(_json))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--all prints the logs of a whole run as text, so it excludes a task, --start and --json.",
                $"orchestrate logs {run.Id} --all, or orchestrate logs {run.Id}/TASK with --start or --json."
            );
        }
        await foreach (var (task, line) in new CombinedAgentLogReader(run, context.Time).ReadAsync(parsed.GetValue(_follow), stop))
        {
            context.Terminal.Show($"[{task}] {line}");
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        if (parsed.GetValue(_all))
        {
            await ShowAllAsync(run, reference, parsed, context, stop);
            return UseCaseOutcome.Done;
        }
        if (parsed.GetValue(_json))
        {
            context.Print(
                await new RunQueries(context).LogAsync(run, reference, parsed.GetValue(_start), stop),
                DocumentJson.Default.AgentLogDocument
            );
            return UseCaseOutcome.Done;
        }
        var start = AgentLogFolder.Require(run, reference, parsed.GetValue(_start));
        var log = AgentLogFormatter.ReadAsync(start.Path, parsed.GetValue(_follow), context.Time, stop);
        if (parsed.GetValue(_follow))
        {
            await foreach (var line in log)
            {
                context.Terminal.Show(new UntrustedText(line));
            }
        }
        else
        {
            var rows = log.SelectMany(line => context.Terminal.Rendered(new UntrustedText(line)));
            await new TerminalTextPager(context.Terminal, context.Environment).ShowAsync(rows);
        }
        if (reference.Task is null)
        {
            context.Terminal.Inform(
                $"(logs of {run.Id}/{start.Task}, whose agent started last; for other tasks: orchestrate logs {run.Id}/TASK)"
            );
        }
        return UseCaseOutcome.Done;
    }
}
