namespace Orchestrator.Cli.Commands;

/// <summary><c>schedule</c>: manages Temporal schedules that start runs. Without a subcommand, lists the schedules.</summary>
internal sealed class ScheduleCommand : CliCommand
{
    private readonly ScheduleListCommand _list = new();

    public ScheduleCommand()
        : base("schedule", "Start runs automatically, for example every evening")
    {
        Add(new ScheduleCreateCommand());
        Add(_list);
        Add(new ScheduleChangeCommand(ScheduleChange.Pause));
        Add(new ScheduleChangeCommand(ScheduleChange.Resume));
        Add(new ScheduleChangeCommand(ScheduleChange.RunNow));
        Add(new ScheduleChangeCommand(ScheduleChange.Delete));
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop) =>
        _list.RunAsync(parsed, context, stop);

    /// <summary>Warns if no process is expected to serve the engine when a schedule starts a run.</summary>
    public static void WarnUnserved(CommandContext context, bool isServed)
    {
        if (!isServed)
        {
            context.Terminal.Warn(
                "No process serves this repository's engine now, so no schedule starts a run. 'orchestrate service install' "
                    + "keeps the engine running; 'orchestrate worker' serves it until it ends."
            );
        }
    }
}
