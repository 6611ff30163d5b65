using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Contracts;

namespace Orchestrator.Cli.Commands;

/// <summary><c>resume</c>: a run that was interrupted, paused or killed goes on where it was.</summary>
internal sealed class ResumeCommand : CliCommand
{
    private readonly Argument<string?> _which = new("RUN/TASK") { Description = "The run, or one paused task of it", Arity = ArgumentArity.ZeroOrOne };
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show the run; start nothing" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _noProgress = new("--no-progress") { Description = "One line per transition instead of the live table" };

    public ResumeCommand()
        : base("resume", "Go on with a run that was interrupted, paused or killed")
    {
        Add(_which);
        Add(_dryRun);
        Add(_yes);
        Add(_noProgress);
        _engine.AddTo(this);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var reference = RunReference.Parse(parsed.GetValue(_which));
        var stored = StoredRuns.RequireOpen(repository, reference.Run);
        var task = reference.FindTask(stored.Status);
        if (RunStates.IsFinal(stored.Status.State))
            throw new CommandException(ExitCodes.Usage, $"{stored.Id} has ended: {stored.Status.State}.", $"See 'orchestrate report {stored.Id}', or start a new run; finished work is taken up again.");
        if (parsed.GetValue(_dryRun))
        {
            foreach (var line in RunTable.Draw(stored.Status, AgentActivity.Read(stored.Folder, stored.Status), context.Time.GetUtcNow(), context.Terminal.Width, int.MaxValue))
                context.Terminal.Say(line);
            return ExitCodes.Done;
        }

        var settings = context.LoadSettings([.. _engine.Flags(parsed), .. parsed.GetValue(_noProgress) ? [new("--no-progress", "show_progress", "false")] : (IReadOnlyList<Settings.SettingFlag>)[]]);
        TrustGate.Demand(context, repository.Root, settings, parsed.GetValue(_yes));
        await using var session = await RunSession.OpenAsync(context, repository, settings.Settings!, stop);
        var run = session.Runs.Get(stored.Id);
        if (stored.Status.Paused || task is not null)
            context.Terminal.Say((await run.ResumeAsync(task, stop)).Message);
        context.Terminal.Say($"{stored.Id} goes on.");
        var code = await session.WatchAsync(run, stored.Status.Sequence);
        await session.StayForOthersAsync();
        return code;
    }
}
