using System.CommandLine;
using Orchestrator.Client.Schedules;
using Orchestrator.Runs;
using Orchestrator.Settings;

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

    /// <summary>Does something with the schedules of a repository, on its engine: the one that is served, else one that this process serves
    /// meanwhile.</summary>
    public static async Task<T> OnEngineAsync<T>(
        CommandContext context,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        Func<RunSchedules, Task<T>> deed,
        CancellationToken stop
    )
    {
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
        return await deed(new RunSchedules(engine.Client, repository.Key));
    }

    /// <summary>True if something serves the engine when a schedule's time comes: a server does always.</summary>
    public static async Task<bool> IsServedAsync(RepositoryLocation repository, OrchestratorSettings settings, CancellationToken stop) =>
        settings.Temporal.Address is not null || await EngineOwners.FindAsync(repository.OrchestratorFolder, stop) is not null;

    /// <summary>Warns where nothing will be running at a schedule's time.</summary>
    public static async Task WarnUnservedAsync(
        CommandContext context,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        CancellationToken stop
    )
    {
        if (!await IsServedAsync(repository, settings, stop))
        {
            context.Terminal.Warn(
                "Nothing serves this repository's engine now: no schedule starts a run while that is so. 'orchestrate service install' "
                    + "keeps it running, 'orchestrate worker' does as long as it runs."
            );
        }
    }
}
