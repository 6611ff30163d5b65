using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Client.Schedules;
using Orchestrator.Settings;
using Orchestrator.Usage;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Commands;

/// <summary><c>schedule create</c>: creates a schedule after performing all checks that are possible in advance.</summary>
internal sealed partial class ScheduleCreateCommand : CliCommand
{
    private const int LongestName = 40;

    /// <summary>Period that is searched for days on which daylight saving time starts or ends.</summary>
    private static readonly TimeSpan LooksAhead = TimeSpan.FromDays(370);

    private readonly Argument<string> _name = new("NAME")
    {
        Description = "Name of the schedule, which consists of letters, digits and dashes",
    };
    private readonly Argument<string?> _plan = new("PLAN")
    {
        Description = "The plan file, or a request in words; default: tasks.yaml",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _at = new("--at") { Description = "Time of day at which a run starts", HelpName = "HH:MM" };
    private readonly Option<string?> _days = new("--days")
    {
        Description = "Days of the week, such as mon-fri or 'sat,sun', or daily (the default)",
        HelpName = "DAYS",
    };
    private readonly Option<string?> _cron = new("--cron")
    {
        Description = "Cron expression instead of --at: minute, hour, day of month, month, day of week",
        HelpName = "EXPRESSION",
    };
    private readonly Option<string?> _zone = new("--zone")
    {
        Description = "Time zone of all times of the schedule (default: the time zone of this machine)",
        HelpName = "NAME",
    };
    private readonly Option<string?> _until = new("--until")
    {
        Description = "Time of day after which each run starts no more agents",
        HelpName = "HH:MM",
    };
    private readonly Option<ScheduleOverlap> _overlap = new("--overlap")
    {
        Description = "Action if the previous run is still open: skip the next run (the default), or queue the next run",
        HelpName = "HOW",
    };
    private readonly Option<string> _catchUp = new("--catch-up", "--run-if-missed")
    {
        Description = "Longest delay after which a run still starts if its time passed while no process served the engine",
        HelpName = "TIME",
        DefaultValueFactory = static _ => "10m",
    };
    private readonly RunCommandOptions _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public ScheduleCreateCommand()
        : base("create", "Create a schedule that starts a run at each of the given times")
    {
        Add(_name);
        Add(_plan);
        foreach (var option in (Option[])[_at, _days, _cron, _zone, _until, _overlap, _catchUp])
        {
            Add(option);
        }
        _options.AddTo(this, isForNow: false);
        Add(_yes);
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var name = NameOf(parsed);
        var when = WhenOf(parsed);
        if (!Durations.TryRead(parsed.GetRequiredValue(_catchUp), out var catchUp) || catchUp < TimeSpan.FromSeconds(10))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{_catchUp.Name} is '{parsed.GetValue(_catchUp)}', but must be a duration of at least 10s.",
                "For example: --catch-up 2h"
            );
        }
        var yes = parsed.GetValue(_yes);
        var opened = context.OpenSettings(repository, [.. _options.Flags(parsed), .. _engine.Flags(parsed)]);
        var settings = RepositoryTrustPrompt.RequireTrust(context, opened, yes);
        var (input, plan) = InputOf(parsed, context, repository, settings.Settings!);
        var chosen = plan is null ? null : new TaskSelectionOptions(input.Only ?? [], input.Phase).Ids(plan);
        await RunStartPreconditionChecker.CheckReadyAsync(
            context,
            repository,
            settings,
            input.PlanFile is null ? null : Path.Combine(repository.WorkTree, input.PlanFile),
            yes,
            stop,
            plan is null ? null : RunStartPreconditionChecker.AgentsOf(plan, chosen, settings.Settings!)
        );
        if (plan is null)
        {
            await RunStartPreconditionChecker.RequirePlannerAsync(repository, settings, stop);
        }
        RunStartPreconditionChecker.RequireStartablePlan(plan, input, repository, settings);
        RunStartPreconditionChecker.WarnOfFailures(plan, chosen, repository, context);
        var schedule = new RunSchedule
        {
            Name = name,
            Queue = QueueNames.ForRepository(context.Machine, repository.Key),
            When = when,
            Input = input,
            Overlap = parsed.GetValue(_overlap),
            CatchUp = catchUp,
        };
        var created = await ScheduleListResult.OnEngineAsync(
            context,
            repository,
            settings.Settings!,
            schedules => CreateAsync(schedules, schedule, context, stop),
            stop
        );
        context.Terminal.Show($"{name}: {ScheduleListCommand.Describe(created)}");
        if (created.Next is [var next, ..])
        {
            context.Terminal.Show($"  The first run starts at {LocalTimeFormatter.ToMinute(next)}.");
        }
        ManageSchedulesCommand.WarnUnserved(context, await ScheduleListResult.IsServedAsync(repository, settings.Settings!, stop));
        return UseCaseOutcome.Done;
    }

    private static async Task<RunSchedule> CreateAsync(
        RunScheduleClient schedules,
        RunSchedule schedule,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var now = context.Time.GetUtcNow();
        try
        {
            if (!await schedules.CreateAsync(schedule, stop))
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"The schedule '{schedule.Name}' already exists and was not changed.",
                    $"Choose another name, or remove it with 'orchestrate schedule delete {schedule.Name}'."
                );
            }
        }
        catch (RpcException refused) when (refused.Code == RpcException.StatusCode.InvalidArgument)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The engine can't read '{schedule.When}': {refused.Message}",
                "A cron expression has five fields, such as \"0 22 * * 1-5\"."
            );
        }
        foreach (var odd in ClockChangeWarnings(schedule.When, await schedules.TimesAsync(schedule.Name, now, now + LooksAhead, stop)))
        {
            context.Terminal.Warn(odd);
        }
        return await schedules.FindAsync(schedule.Name, now, now, stop)
            ?? throw new UseCaseException(
                UseCaseOutcome.WorkFailed,
                $"The schedule '{schedule.Name}' was deleted while it was being created."
            );
    }

    /// <summary>
    /// Returns warnings for the days on which a daylight saving time change affects the schedule. Based on the start times that the engine
    /// has computed.
    /// </summary>
    internal static IEnumerable<string> ClockChangeWarnings(ScheduleRecurrenceRule when, IReadOnlyList<DateTimeOffset> times)
    {
        if (when.At is not { } at || times.Count == 0 || WallClock.FindZone(when.Zone) is not { } zone)
        {
            yield break;
        }
        var fires = times
            .Select(time => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime))
            .CountBy(day => day)
            .ToDictionary();
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(times[0], zone).DateTime);
        var last = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(times[^1], zone).DateTime);
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var local = day.ToDateTime(at);
            if ((when.Days.Count > 0 && !when.Days.Contains(day.DayOfWeek)) || !(zone.IsInvalidTime(local) || zone.IsAmbiguousTime(local)))
            {
                continue;
            }
            var count = fires.GetValueOrDefault(day);
            var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var clock = at.ToString("HH:mm", CultureInfo.InvariantCulture);
            yield return zone.IsInvalidTime(local)
                ? $"On {date}, clocks in {when.Zone} skip {clock}, {(count == 0 ? "so no run starts" : "but the run starts anyway")}."
                : $"On {date}, clocks in {when.Zone} show {clock} twice, and "
                    + $"{Plural.Form(Math.Max(count, 1), "one run starts", "two runs start")}.";
        }
    }

    private string NameOf(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_name);
        return NameForm().IsMatch(name) && name.Length <= LongestName
            ? name
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{name}' is not a valid name of a schedule. Use up to {LongestName} letters, digits and dashes, "
                    + "and begin with a letter or digit.",
                "For example: orchestrate schedule create nightly --at 22:00"
            );
    }

    private ScheduleRecurrenceRule WhenOf(ParseResult parsed)
    {
        var (at, cron, days) = (parsed.GetValue(_at), parsed.GetValue(_cron), parsed.GetValue(_days));
        if (at is null == cron is null || (cron is not null && days is not null))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "A schedule needs either --at (with or without --days) or --cron (without --days).",
                "For example: --at 22:00 --days mon-fri"
            );
        }
        var zone = parsed.GetValue(_zone) ?? TimeZoneInfo.Local.Id;
        if (WallClock.FindZone(zone) is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The time zone '{zone}' is unknown on this machine.",
                "For example: --zone " + "Europe/Berlin"
            );
        }
        var read = days is null ? [] : ScheduleRecurrenceRule.TryReadDays(days);
        return read is null
            ? throw new UseCaseException(UseCaseOutcome.Usage, $"--days is '{days}', which names no days.", "For example: --days mon-fri")
            : new ScheduleRecurrenceRule(at is null ? null : TimeOf(at, _at), read, cron, zone);
    }

    private static TimeOnly TimeOf(string text, Option option) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{option.Name} is '{text}', which is not a time of day.",
                $"For example: {option.Name} 07:30"
            );

    /// <summary>Returns the input of each scheduled run, and the current plan. The plan is null if a planner creates it.</summary>
    private (OrchestrationInput Input, Plan? Plan) InputOf(
        ParseResult parsed,
        CliCommandServiceBundle context,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings
    )
    {
        var (given, until) = (parsed.GetValue(_plan), parsed.GetValue(_until));
        var request = RequestOrFileNameClassifier.IsRequest(given, context) ? given : null;
        var named = request is null ? context.PlanFiles.Named(given, ofBacklog: false) : null;
        var isBacklog = named is not null && PlanFileName.IsBacklog(named);
        var plan = named is null || isBacklog ? null : context.PlanFiles.Require(named);
        RefuseSelectionWithoutPlan(parsed, plan);
        if (given is null && plan is not null)
        {
            RepositoryTrustPrompt.RequirePlanTrust(
                context,
                repository,
                RepositoryTrustPrompt.QuestionOf(plan, named!),
                parsed.GetValue(_yes),
                runId: null,
                $"Inspect the plan and name it ({named}), run 'orchestrate trust' there, or use --yes."
            );
        }
        var chosen = plan is null
            ? TaskSelectionOptions.All
            : TaskSelectionOptions.Of(plan, parsed.GetValue(_options.Only), parsed.GetValue(_options.Phase));
        var file = named is null ? null : RequestOrFileNameClassifier.InRepository(repository, context.FullPath(named));

        // Values without an option come from the settings at the time when a run starts.
        var input = new OrchestrationInput
        {
            Repository = repository.WorkTree,
            PlanFile = isBacklog ? null : file,
            Request = request,
            RequestFile = isBacklog ? file : null,
            Agent = parsed.GetValue(_options.Agent),
            Model = parsed.GetValue(_options.Model),
            Workers = parsed.GetValue(_options.Workers) is null ? null : settings.Workers,
            Only = chosen.Only.Count == 0 ? null : chosen.Only,
            Phase = chosen.Phase,
            Land = parsed.GetValue(_options.Land) is null ? null : settings.Git.Land,
            Target = parsed.GetValue(_options.Target),
            Fresh = parsed.GetValue(_options.Fresh),
            ApproveRisk = parsed.GetValue(_options.ApproveRisk),
            MaxCost = parsed.GetValue(_options.MaxCost),
            UntilTime = until is null ? null : TimeOf(until, _until).ToString("HH:mm", CultureInfo.InvariantCulture),
            UntilZone = until is null ? null : parsed.GetValue(_zone) ?? TimeZoneInfo.Local.Id,
            Yes = parsed.GetValue(_yes),
            Again = true,
            // Scheduled runs are unattended, so the report of each run checks its limits.
            Night = new UnattendedRunContractRecord { MadeAt = context.Time.GetUtcNow(), Tasks = plan?.Tasks.Count ?? 0 },
        };
        return (input, plan);
    }

    private void RefuseSelectionWithoutPlan(ParseResult parsed, Plan? plan)
    {
        if (plan is null && (parsed.GetValue(_options.Phase) is not null || parsed.GetValue(_options.Only) is { Length: > 0 }))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--phase and --only select tasks of a plan, but a request or a backlog has no plan yet.",
                "Make a plan with 'orchestrate plan REQUEST -o FILE', and schedule that."
            );
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]*$")]
    private static partial Regex NameForm();
}
