using System.Text.Json;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Converters;

namespace Orchestrator.Client.Schedules;

/// <summary>Behavior of a schedule at a scheduled time if the previous run is still open.</summary>
public enum ScheduleOverlap
{
    /// <summary>Starts no run for that time.</summary>
    Skip,

    /// <summary>Starts one run after the open run has ended.</summary>
    Queue,
}

/// <summary>A run that was started by a schedule.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Due">Scheduled time of the run, or the time of the request if a user started it.</param>
/// <param name="Dispatched">Time at which the run was started.</param>
public sealed record ScheduledRunStartRecord(string RunId, DateTimeOffset Due, DateTimeOffset Dispatched);

/// <summary>A schedule of runs as stored on the server.</summary>
public sealed record RunSchedule
{
    /// <summary>
    /// Name of the memo field that holds <see cref="When"/>. The memo is needed because the server stores a schedule's times in another
    /// form.
    /// </summary>
    internal const string WhenMemo = "orchestrateWhen";

    /// <summary>Name of the memo field that holds <see cref="Queue"/>.</summary>
    internal const string QueueMemo = "orchestrateQueue";

    /// <summary>Name of the schedule, unique in its repository.</summary>
    public required string Name { get; init; }

    /// <summary>Task queue of the repository and host for which the schedule was created, or null if the queue was not recorded.</summary>
    public string? Queue { get; init; }

    /// <summary>Times at which the schedule starts runs.</summary>
    public required ScheduleRecurrenceRule When { get; init; }

    /// <summary>Input of the schedule's runs.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>Behavior at a scheduled time if the previous run is still open.</summary>
    public ScheduleOverlap Overlap { get; init; }

    /// <summary>Maximum delay with which a run still starts if the engine was not available at the scheduled time.</summary>
    public required TimeSpan CatchUp { get; init; }

    /// <summary>True if the schedule is paused, so it starts no runs until a user resumes it.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Reason for the pause; empty if none was given.</summary>
    public string Note { get; init; } = "";

    /// <summary>Time at which the schedule was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Next scheduled times, earliest first.</summary>
    public IReadOnlyList<DateTimeOffset> Next { get; init; } = [];

    /// <summary>Scheduled times in the requested range up to now, earliest first, whether or not a run was started.</summary>
    public IReadOnlyList<DateTimeOffset> Due { get; init; } = [];

    /// <summary>Runs that the schedule started most recently, earliest first. Servers keep the last ten.</summary>
    public IReadOnlyList<ScheduledRunStartRecord> Starts { get; init; } = [];

    /// <summary>Converts a schedule that was read from an embedded engine's database file, in which payloads are plain JSON.</summary>
    /// <param name="name">Name of the schedule.</param>
    /// <param name="described">Description in the form that a server returns.</param>
    /// <param name="due">Past scheduled times up to now.</param>
    /// <exception cref="InvalidDataException">The schedule was not created by this program.</exception>
    public static RunSchedule Of(string name, DescribeScheduleResponse described, IEnumerable<DateTimeOffset> due)
    {
        var (when, input) = PayloadsOf(name, described);
        var queue = described.Memo.Fields.GetValueOrDefault(QueueMemo);
        return Of(name, described, due, Read<ScheduleRecurrenceRule>(when), Read<OrchestrationInput>(input)) with
        {
            Queue = queue is null ? null : Read<string>(queue),
        };
    }

    /// <summary>Converts a server's description of a schedule.</summary>
    /// <exception cref="InvalidDataException">The schedule was not created by this program.</exception>
    internal static async Task<RunSchedule> OfAsync(
        string name,
        DescribeScheduleResponse described,
        IEnumerable<DateTimeOffset> due,
        DataConverter converter
    )
    {
        var (when, input) = PayloadsOf(name, described);
        return Of(
            name,
            described,
            due,
            await converter.ToValueAsync<ScheduleRecurrenceRule>(when),
            await converter.ToValueAsync<OrchestrationInput>(input)
        ) with
        {
            Queue = described.Memo.Fields.GetValueOrDefault(QueueMemo) is { } queue ? await converter.ToValueAsync<string>(queue) : null,
        };
    }

    private static RunSchedule Of(
        string name,
        DescribeScheduleResponse described,
        IEnumerable<DateTimeOffset> due,
        ScheduleRecurrenceRule when,
        OrchestrationInput input
    )
    {
        var schedule = described.Schedule;
        var paused = schedule.State?.Paused is true;
        return new RunSchedule
        {
            Name = name,
            When = when,
            Input = input,
            Overlap = schedule.Policies?.OverlapPolicy == ScheduleOverlapPolicy.BufferOne ? ScheduleOverlap.Queue : ScheduleOverlap.Skip,
            CatchUp = schedule.Policies?.CatchupWindow?.ToTimeSpan() ?? TimeSpan.Zero,
            IsPaused = paused,
            Note = paused ? schedule.State!.Notes : "",
            CreatedAt = described.Info.CreateTime?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch,
            Next = paused ? [] : [.. described.Info.FutureActionTimes.Select(time => time.ToDateTimeOffset())],
            Due = [.. due],
            Starts = [.. described.Info.RecentActions.Where(action => action.StartWorkflowResult is not null).Select(StartOf)],
        };
    }

    private static ScheduledRunStartRecord StartOf(ScheduleActionResult action) =>
        new(action.StartWorkflowResult.WorkflowId, action.ScheduleTime.ToDateTimeOffset(), action.ActualTime.ToDateTimeOffset());

    private static (Payload When, Payload Input) PayloadsOf(string name, DescribeScheduleResponse described) =>
        described.Memo?.Fields.GetValueOrDefault(WhenMemo) is { } when
        && described.Schedule.Action?.StartWorkflow?.Input?.Payloads_.FirstOrDefault() is { } input
            ? (when, input)
            : throw new InvalidDataException($"The schedule '{name}' was not created by 'orchestrate schedule create'.");

    private static T Read<T>(Payload payload) => JsonSerializer.Deserialize<T>(payload.Data.Span, PayloadJsonOptions.Options)!;
}
