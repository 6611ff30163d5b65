namespace Orchestrator.Cli.Commands;

/// <summary><c>schedule</c>: manages Temporal schedules that start runs. Without a subcommand, lists the schedules.</summary>
internal sealed class ManageSchedulesCommand : CliCommand
{
    private readonly ScheduleListCommand _list = new();

    public ManageSchedulesCommand()
        : base("schedule", "Start runs automatically, for example every evening")
    {
        Add(new ScheduleCreateCommand());
        Add(_list);
        Add(new ScheduleControlCommand(ScheduleChange.Pause));
        Add(new ScheduleControlCommand(ScheduleChange.Resume));
        Add(new ScheduleControlCommand(ScheduleChange.RunNow));
        Add(new ScheduleControlCommand(ScheduleChange.Delete));
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop) =>
        _list.RunAsync(parsed, context, stop);

    /// <summary>Warns if no process is expected to serve the engine at the time at which a schedule is due to start a run.</summary>
    public static void WarnUnserved(CliCommandServiceBundle context, bool isServed)
    {
        if (!isServed)
        {
            context.Terminal.Warn(
                "No process serves this repository's engine now, so no schedule starts a run. 'orchestrate service install' "
                    + "keeps the engine running; 'orchestrate worker' serves the engine until the worker ends."
            );
        }
    }
}
