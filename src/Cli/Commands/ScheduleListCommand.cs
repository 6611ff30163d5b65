using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Client.Schedules;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>schedule list</c>: the schedules of the repository and what came of their last times. Of an embedded engine that nobody
/// serves its file is read, so that looking starts no run.</summary>
internal sealed class ScheduleListCommand : CliCommand
{
    private const int ShownFires = 5;

    /// <summary>The period of past times that is searched.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(31);

    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ScheduleListCommand()
        : base("list", "List schedules, their next times, and what came of the last ones")
    {
        _engine.AddTo(this);
        Add(_json);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var settings = context.LoadSettings(_engine.Flags(parsed)).Settings!;
        var now = context.Time.GetUtcNow();
        var found = await ListAsync(context, repository, settings, now, stop);
        var fires = found.ToDictionary(
            schedule => schedule.Name,
            schedule => ScheduleFire.Of(schedule, id => StoredRuns.Find(repository, id)?.Status, now, ShownFires)
        );
        if (parsed.GetValue(_json))
        {
            var served = await ScheduleCommand.IsServedAsync(repository, settings, stop);
            context.Print(
                new SchedulesDocument(served, [.. found.Select(schedule => ScheduleEntry.Of(schedule, fires[schedule.Name]))]),
                CliJson.Default.SchedulesDocument
            );
            return Outcome.Done;
        }
        if (found.Count == 0)
        {
            context.Terminal.Say("There is no schedule here: 'orchestrate schedule create nightly --at 22:00 --until 07:00' makes one.");
            return Outcome.Done;
        }
        foreach (var schedule in found)
        {
            context.Terminal.Show($"{schedule.Name}  {Describe(schedule)}");
            context.Terminal.Show(
                schedule.IsPaused ? $"  paused{(schedule.Note.Length == 0 ? "" : $": {schedule.Note}")}"
                : schedule.Next is [var next, ..] ? $"  next: {LocalTimes.ToMinute(next)}"
                : "  it has no further times"
            );
            foreach (var fire in fires[schedule.Name].Reverse())
            {
                context.Terminal.Show($"  {LocalTimes.ToMinute(fire.Due)}  {ScheduleWords.Describe(fire)}");
            }
        }
        await ScheduleCommand.WarnUnservedAsync(context, repository, settings, stop);
        return Outcome.Done;
    }

    /// <summary>When it starts what, and under which limits.</summary>
    public static string Describe(RunSchedule schedule)
    {
        var input = schedule.Input;
        var limits = new List<string>();
        if (input.UntilTime is { } until)
        {
            limits.Add($"until {until}");
        }
        if (input.MaxCost is { } cost)
        {
            limits.Add(string.Create(CultureInfo.InvariantCulture, $"at most ${cost}"));
        }
        if (schedule.Overlap == ScheduleOverlap.Queue)
        {
            limits.Add("one is queued while the last is open");
        }
        return $"{schedule.When}  {TextCells.OneLine(input.Subject ?? "")}{(limits.Count == 0 ? "" : $", {string.Join(", ", limits)}")}";
    }

    /// <summary>All schedules; where nobody serves the embedded engine, from its file.</summary>
    private static async Task<IReadOnlyList<RunSchedule>> ListAsync(
        CommandContext context,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        if (await ScheduleCommand.IsServedAsync(repository, settings, stop))
        {
            return await ScheduleCommand.OnEngineAsync(
                context,
                repository,
                settings,
                schedules => schedules.ListAsync(now - LooksBack, now, stop),
                stop
            );
        }
        return StoredSchedules.Read(repository, now - LooksBack, now);
    }
}
