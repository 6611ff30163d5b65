using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Client.Schedules;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>schedule list</c>: lists the repository's schedules with the outcomes of their most recent start times. If no process serves the
/// embedded engine, reads the engine's database file directly. Serving the engine just for this command could start a run that is due.
/// </summary>
internal sealed class ScheduleListCommand : CliCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ScheduleListCommand()
        : base("list", "List schedules with their next start times and last results")
    {
        _engine.AddTo(this);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var results = await ScheduleListResult.ReadAsync(context, _engine.Flags(parsed), stop);
        if (parsed.GetValue(_json))
        {
            context.Print(results.Document, DocumentJson.Default.SchedulesDocument);
            return UseCaseOutcome.Done;
        }
        var found = results.Schedules;
        if (found.Count == 0)
        {
            context.Terminal.Inform(
                "This repository has no schedules. 'orchestrate schedule create nightly --at 22:00 --until 07:00' creates one."
            );
            return UseCaseOutcome.Done;
        }
        foreach (var schedule in found)
        {
            context.Terminal.Show($"{schedule.Name}  {Describe(schedule)}");
            context.Terminal.Show(
                schedule.IsPaused ? $"  paused{(schedule.Note.Length == 0 ? "" : $": {schedule.Note}")}"
                : schedule.Next is [var next, ..] ? $"  next: {LocalTimeFormatter.ToMinute(next)}"
                : "  no further start times"
            );
            foreach (var fire in results.Fires[schedule.Name].Reverse())
            {
                context.Terminal.Show($"  {LocalTimeFormatter.ToMinute(fire.Due)}  {ScheduleFormatter.Describe(fire)}");
            }
        }
        ManageSchedulesCommand.WarnUnserved(context, results.IsServed);
        return UseCaseOutcome.Done;
    }

    /// <summary>Describes the start times of a schedule, the work that it starts, and the limits of its runs.</summary>
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
            limits.Add("queues the next run while the last one is open");
        }
        var limited = limits.Count == 0 ? "" : $", {string.Join(", ", limits)}";
        return $"{schedule.When}  {TextCellWidth.OneLine(input.Subject ?? "")}{limited}";
    }
}
