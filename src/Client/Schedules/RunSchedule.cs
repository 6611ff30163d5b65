using System.Text.Json;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Converters;

namespace Orchestrator.Client.Schedules;

/// <summary>The action at a schedule's time while its last run is open.</summary>
public enum ScheduleOverlap
{
    /// <summary>No run is started for that time.</summary>
    Skip,

    /// <summary>One run is started when the open one has ended.</summary>
    Queue,
}

/// <summary>A run that a schedule started.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Due">The time of the schedule that it was started for; for one that a person asked for, when they did.</param>
/// <param name="Dispatched">When it was started.</param>
public sealed record ScheduledStart(string RunId, DateTimeOffset Due, DateTimeOffset Dispatched);

/// <summary>A schedule of runs, as the server has it.</summary>
public sealed record RunSchedule
{
    /// <summary>Name of the memo with <see cref="When"/>: the server keeps another form of it.</summary>
    internal const string WhenMemo = "orchestrateWhen";

    /// <summary>Name of the memo with <see cref="Queue"/>.</summary>
    internal const string QueueMemo = "orchestrateQueue";

    /// <summary>The schedule's name among those of its repository.</summary>
    public required string Name { get; init; }

    /// <summary>Task queue of the repository and the machine that it was created for; null: not noted when it was created.</summary>
    public string? Queue { get; init; }

    /// <summary>When it starts runs.</summary>
    public required ScheduleWhen When { get; init; }

    /// <summary>The input that the schedule's runs are started with.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>The action at one of the schedule's times while its last run is open.</summary>
    public ScheduleOverlap Overlap { get; init; }

    /// <summary>The longest delay of a run's start where nothing served the engine at its time.</summary>
    public required TimeSpan CatchUp { get; init; }

    /// <summary>True if the schedule is paused: it starts nothing until it is resumed.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Why it is paused; empty where nobody said.</summary>
    public string Note { get; init; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The schedule's next times, earliest first.</summary>
    public IReadOnlyList<DateTimeOffset> Next { get; init; } = [];

    /// <summary>The schedule's times from some moment on until now, earliest first, whether runs were started then or not.</summary>
    public IReadOnlyList<DateTimeOffset> Due { get; init; } = [];

    /// <summary>The latest runs that it started, earliest first; servers keep the last ten.</summary>
    public IReadOnlyList<ScheduledStart> Starts { get; init; } = [];

    /// <summary>A schedule from an engine's file, whose payloads are plain JSON.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="described">The description that a server would give.</param>
    /// <param name="due">Its times until now.</param>
    /// <exception cref="InvalidDataException">It was not made by this program.</exception>
    public static RunSchedule Of(string name, DescribeScheduleResponse described, IEnumerable<DateTimeOffset> due)
    {
        var (when, input) = PayloadsOf(name, described);
        var queue = described.Memo.Fields.GetValueOrDefault(QueueMemo);
        return Of(name, described, due, Read<ScheduleWhen>(when), Read<OrchestrationInput>(input)) with
        {
            Queue = queue is null ? null : Read<string>(queue),
        };
    }

    /// <summary>A schedule from a server's description of it.</summary>
    /// <exception cref="InvalidDataException">It was not made by this program.</exception>
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
            await converter.ToValueAsync<ScheduleWhen>(when),
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
        ScheduleWhen when,
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

    private static ScheduledStart StartOf(ScheduleActionResult action) =>
        new(action.StartWorkflowResult.WorkflowId, action.ScheduleTime.ToDateTimeOffset(), action.ActualTime.ToDateTimeOffset());

    private static (Payload When, Payload Input) PayloadsOf(string name, DescribeScheduleResponse described) =>
        described.Memo?.Fields.GetValueOrDefault(WhenMemo) is { } when
        && described.Schedule.Action?.StartWorkflow?.Input?.Payloads_.FirstOrDefault() is { } input
            ? (when, input)
            : throw new InvalidDataException($"The schedule '{name}' was not made by 'orchestrate schedule create'.");

    private static T Read<T>(Payload payload) => JsonSerializer.Deserialize<T>(payload.Data.Span, MessageJson.Options)!;
}
