using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Runs;
using Orchestrator.Contracts;

namespace Orchestrator.Cli.Commands;

/// <summary><c>status</c>: where a run is. Reads the run's files, so it needs no engine.</summary>
internal sealed class StatusCommand : CliCommand
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run; the latest where none is named", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _watch = new("--watch") { Description = "Keep showing it until the run ends" };
    private readonly Option<bool> _once = new("--once") { Description = "Show it once, also on a terminal" };
    private readonly Option<double> _refresh = new("--refresh") { Description = "Seconds between two looks", HelpName = "S", DefaultValueFactory = static _ => 1 };
    private readonly Option<bool> _blocked = new("--blocked") { Description = "Only what needs a person" };
    private readonly Option<string?> _runOption = new("--run") { Description = "The run, as an option", HelpName = "RUN", Hidden = true };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public StatusCommand()
        : base("status", "Show where a run is")
    {
        Add(_run);
        Add(_watch);
        Add(_once);
        Add(_refresh);
        Add(_blocked);
        Add(_runOption);
        Add(_json);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var run = StoredRuns.Require(repository, parsed.GetValue(_run) ?? parsed.GetValue(_runOption));
        if (parsed.GetValue(_json))
        {
            context.Print(parsed.GetValue(_blocked) ? OnlyBlocked(run.Status) : run.Status, RunJson.Default.RunStatus);
            return ExitCodes.Done;
        }

        if (parsed.GetValue(_watch) && !parsed.GetValue(_once))
            return await WatchAsync(run, parsed, context, stop);
        Show(run, parsed.GetValue(_blocked), context);
        return ExitCodes.Done;
    }

    private async Task<int> WatchAsync(StoredRun run, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var pause = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_refresh), 0.1, 3600));
        var terminal = context.Terminal;
        var shown = -1L;
        while (true)
        {
            run = run.Reload();
            var status = parsed.GetValue(_blocked) ? OnlyBlocked(run.Status) : run.Status;
            if (terminal.HasScreen)
                terminal.Redraw(RunTable.Draw(status, AgentActivity.Read(run.Folder, run.Status), context.Time.GetUtcNow(), terminal.Width, terminal.Height - 1));
            else if (run.Status.Sequence != shown)
                Show(run, parsed.GetValue(_blocked), context);
            shown = run.Status.Sequence;
            if (RunStates.IsFinal(run.Status.State))
                break;
            await Task.Delay(pause, context.Time, stop);
        }

        terminal.EndRedraw();
        return ExitCodes.Done;
    }

    private static void Show(StoredRun run, bool blocked, CommandContext context)
    {
        var status = blocked ? OnlyBlocked(run.Status) : run.Status;
        var now = context.Time.GetUtcNow();
        foreach (var line in RunTable.Draw(status, AgentActivity.Read(run.Folder, run.Status), now, context.Terminal.HasScreen ? context.Terminal.Width : 160, int.MaxValue))
            context.Terminal.Say(line);
        foreach (var command in status.Questions.SelectMany(question => question.Commands))
            context.Terminal.Say("    " + command);
        if (!RunStates.IsFinal(run.Status.State) && now - run.WrittenAt > TimeSpan.FromMinutes(1))
            context.Terminal.Say($"(as of {RunTable.Time(now - run.WrittenAt)} ago)");
    }

    private static RunStatus OnlyBlocked(RunStatus run) => run with
    {
        Tasks = [.. run.Tasks.Where(task => task.State is TaskStates.Blocked or TaskStates.AwaitingApproval or TaskStates.Failed or TaskStates.Escalated or TaskStates.Parked)],
    };
}
