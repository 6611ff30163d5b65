using Orchestrator.Cli.Console;
using Orchestrator.Client.Schedules;

namespace Orchestrator.Cli.Commands;

/// <summary>Changes to a schedule.</summary>
internal enum ScheduleChange
{
    /// <summary>Pauses the schedule, so that it starts no runs.</summary>
    Pause,

    /// <summary>Resumes the paused schedule.</summary>
    Resume,

    /// <summary>Starts a run now.</summary>
    RunNow,

    /// <summary>Deletes the schedule.</summary>
    Delete,
}

/// <summary><c>schedule pause|resume|run-now|delete</c>: changes a schedule.</summary>
internal sealed class ScheduleControlCommand : CliCommand
{
    private readonly ScheduleChange _change;
    private readonly Argument<string> _name = new("NAME");
    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "The reason, which 'schedule list' shows",
        HelpName = "TEXT",
    };
    private readonly EngineOptions _engine = new();

    public ScheduleControlCommand(ScheduleChange change)
        : base(
            change switch
            {
                ScheduleChange.Pause => "pause",
                ScheduleChange.Resume => "resume",
                ScheduleChange.RunNow => "run-now",
                _ => "delete",
            },
            change switch
            {
                ScheduleChange.Pause => "Pause a schedule, so that it starts no runs until it is resumed",
                ScheduleChange.Resume => "Resume a paused schedule, so that it starts runs again",
                ScheduleChange.RunNow => "Start a run of a schedule now",
                _ => "Remove a schedule; runs that it started continue",
            }
        )
    {
        _change = change;
        _name.Description = change == ScheduleChange.Delete ? "Name of the schedule" : "Name of the schedule, or the beginning of the name";
        Add(_name);
        if (change == ScheduleChange.Pause)
        {
            Add(_reason);
        }
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var settings = context.LoadSettings(_engine.Flags(parsed)).Settings!;
        var given = parsed.GetRequiredValue(_name);
        var name = await ScheduleListResult.OnEngineAsync(context, repository, settings, ChangeAsync, stop);
        context.Terminal.Inform(
            _change switch
            {
                ScheduleChange.Pause => $"{name} will start no runs until you use 'orchestrate schedule resume {name}'.",
                ScheduleChange.Resume => $"{name} will start runs again.",
                ScheduleChange.RunNow => $"{name} has started a run; see 'orchestrate status'.",
                _ => $"{name} was removed. Runs that it started continue.",
            }
        );
        if (_change is ScheduleChange.RunNow or ScheduleChange.Resume)
        {
            ManageSchedulesCommand.WarnUnserved(context, await ScheduleListResult.IsServedAsync(repository, settings, stop));
        }
        return UseCaseOutcome.Done;

        async Task<string> ChangeAsync(RunScheduleClient schedules)
        {
            var now = context.Time.GetUtcNow();
            var all = await schedules.ListAsync(now, now, stop);
            if (all.Count == 0)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    "This repository has no schedules.",
                    "Create one: orchestrate schedule create nightly --at 22:00"
                );
            }
            var found = UniquePrefix.Find(given, [.. all.Select(schedule => schedule.Name)], "schedule");
            if (_change == ScheduleChange.Delete && found != given)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"No schedule is named '{given}'. To delete a schedule, use its full name.",
                    $"orchestrate schedule delete {found}"
                );
            }
            await (
                _change switch
                {
                    ScheduleChange.Pause => schedules.PauseAsync(found, TextCellWidth.OneLine(parsed.GetValue(_reason) ?? ""), stop),
                    ScheduleChange.Resume => schedules.ResumeAsync(found, stop),
                    ScheduleChange.RunNow => schedules.StartNowAsync(found, stop),
                    _ => schedules.DeleteAsync(found, stop),
                }
            );
            return found;
        }
    }
}
