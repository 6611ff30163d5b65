using System.CommandLine;

namespace Orchestrator.Cli.Commands;

/// <summary><c>schedule</c>: runs that start by themselves; alone it lists the schedules. Schedules are Temporal's own.</summary>
internal sealed class ScheduleCommand : CliCommand
{
    private readonly ScheduleListCommand _list = new();

    public ScheduleCommand()
        : base("schedule", "Start runs by themselves, such as every evening")
    {
        Add(new ScheduleCreateCommand());
        Add(_list);
        Add(new ScheduleChangeCommand(ScheduleChange.Pause));
        Add(new ScheduleChangeCommand(ScheduleChange.Resume));
        Add(new ScheduleChangeCommand(ScheduleChange.RunNow));
        Add(new ScheduleChangeCommand(ScheduleChange.Delete));

        // Without an action a command with subcommands can't be called alone.
        SetAction(static _ => 0);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop) =>
        _list.RunAsync(parsed, context, stop);

    /// <summary>Warns where nothing will be running at a schedule's time.</summary>
    public static void WarnUnserved(CommandContext context, bool isServed)
    {
        if (!isServed)
        {
            context.Terminal.Warn(
                "Nothing serves this repository's engine now: no schedule starts a run while that is so. 'orchestrate service install' "
                    + "keeps it running, 'orchestrate worker' does as long as it runs."
            );
        }
    }
}
