using Temporalio.Client.Schedules;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Orchestrator.Client.Schedules;

/// <summary>Manages the schedules of a repository's runs on any Temporal server.</summary>
/// <param name="client">Client that is connected to the server.</param>
/// <param name="repositoryKey">Key of the repository. A server may have schedules of many repositories.</param>
public sealed class RunScheduleClient(ITemporalClient client, string repositoryKey)
{
    /// <summary>Maximum number of scheduled times that are returned for one request, equal to Temporal's own limit.</summary>
    private const int MostTimes = 1000;

    private readonly ITemporalClient _client = PayloadJsonOptions.Speaking(client);

    /// <summary>Returns the prefix that the ids of all schedules of a repository have.</summary>
    public static string PrefixOf(string repositoryKey) => $"orchestrate/{repositoryKey}/";

    /// <summary>Creates a schedule.</summary>
    /// <param name="schedule">Schedule to create. Its scheduled times and starts are ignored.</param>
    /// <param name="stop">Cancels the request.</param>
    /// <returns>True if the schedule was created. False if a schedule with this name already exists, which stays unchanged.</returns>
    /// <exception cref="RpcException">The server rejected the schedule, for example because its cron expression is invalid.</exception>
    public async Task<bool> CreateAsync(RunSchedule schedule, CancellationToken stop)
    {
        var action = ScheduleActionStartWorkflow.Create(
            (IOrchestrationWorkflow run) => run.RunAsync(schedule.Input, null),
            new WorkflowOptions($"run-{schedule.Name}", QueueNames.Workflows)
            {
                StaticSummary = TemporalUiTextTruncator.Summary(schedule.Input.Subject),
                Memo = RunWorkflowDetailsFormatter.Memo(schedule.Input, $"schedule {schedule.Name}"),
            }
        );
        try
        {
            await _client.CreateScheduleAsync(
                IdOf(schedule.Name),
                new Schedule(action, schedule.When.Spec)
                {
                    Policy = new SchedulePolicy
                    {
                        Overlap = schedule.Overlap == ScheduleOverlap.Queue ? ScheduleOverlapPolicy.BufferOne : ScheduleOverlapPolicy.Skip,
                        CatchupWindow = schedule.CatchUp,
                    },
                },
                new ScheduleOptions
                {
                    Memo = schedule.Queue is { } queue
                        ? new Dictionary<string, object> { [RunSchedule.WhenMemo] = schedule.When, [RunSchedule.QueueMemo] = queue }
                        : new Dictionary<string, object> { [RunSchedule.WhenMemo] = schedule.When },
                    Rpc = Options(stop),
                }
            );
            return true;
        }
        catch (ScheduleAlreadyRunningException)
        {
            return false;
        }
    }

    /// <summary>Lists all schedules of the repository, ordered by name.</summary>
    /// <param name="since">Start of the range for <see cref="RunSchedule.Due"/>.</param>
    /// <param name="now">End of the range for <see cref="RunSchedule.Due"/>.</param>
    /// <param name="stop">Cancels the request.</param>
    public async Task<IReadOnlyList<RunSchedule>> ListAsync(DateTimeOffset since, DateTimeOffset now, CancellationToken stop)
    {
        var prefix = PrefixOf(repositoryKey);
        var names = new List<string>();
        await foreach (var schedule in _client.ListSchedulesAsync(new ScheduleListOptions { Rpc = Options(stop) }).WithCancellation(stop))
        {
            if (schedule.Id.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(schedule.Id[prefix.Length..]);
            }
        }
        names.Sort(StringComparer.Ordinal);
        var found = new List<RunSchedule>();
        foreach (var name in names)
        {
            // Lists on the server lag behind, so a schedule that was just deleted may still be listed.
            if (await FindAsync(name, since, now, stop) is { } schedule)
            {
                found.Add(schedule);
            }
        }
        return found;
    }

    /// <summary>Returns the schedule with this name, or null if there is none.</summary>
    /// <param name="name">Name of the schedule.</param>
    /// <param name="since">Start of the range for <see cref="RunSchedule.Due"/>.</param>
    /// <param name="now">End of the range for <see cref="RunSchedule.Due"/>.</param>
    /// <param name="stop">Cancels the request.</param>
    public async Task<RunSchedule?> FindAsync(string name, DateTimeOffset since, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            var described = await _client.WorkflowService.DescribeScheduleAsync(
                new DescribeScheduleRequest { Namespace = _client.Options.Namespace, ScheduleId = IdOf(name) },
                Options(stop)
            );
            var created = described.Info.CreateTime.ToDateTimeOffset();
            var due = await TimesAsync(name, created > since ? created : since, now, stop);
            return await RunSchedule.OfAsync(name, described, due, _client.Options.DataConverter);
        }
        catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Returns up to 1000 scheduled times in a range, earliest first.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> TimesAsync(string name, DateTimeOffset from, DateTimeOffset to, CancellationToken stop)
    {
        var times = await _client.WorkflowService.ListScheduleMatchingTimesAsync(
            new ListScheduleMatchingTimesRequest
            {
                Namespace = _client.Options.Namespace,
                ScheduleId = IdOf(name),
                StartTime = Timestamp.FromDateTimeOffset(from),
                EndTime = Timestamp.FromDateTimeOffset(to),
            },
            Options(stop)
        );
        return [.. times.StartTime.Take(MostTimes).Select(time => time.ToDateTimeOffset())];
    }

    /// <summary>Pauses a schedule, so it starts no runs until a user resumes it.</summary>
    /// <param name="name">Name of the schedule.</param>
    /// <param name="note">Reason for the pause.</param>
    /// <param name="stop">Cancels the request.</param>
    public Task PauseAsync(string name, string note, CancellationToken stop) => Handle(name).PauseAsync(note, Options(stop));

    /// <summary>Resumes a paused schedule.</summary>
    public Task ResumeAsync(string name, CancellationToken stop) => Handle(name).UnpauseAsync(rpcOptions: Options(stop));

    /// <summary>Deletes a schedule. Runs that it started continue.</summary>
    public Task DeleteAsync(string name, CancellationToken stop) => Handle(name).DeleteAsync(Options(stop));

    /// <summary>Immediately starts a run of the schedule, even if another run is open.</summary>
    public Task StartNowAsync(string name, CancellationToken stop) =>
        Handle(name).TriggerAsync(new ScheduleTriggerOptions { Overlap = ScheduleOverlapPolicy.AllowAll, Rpc = Options(stop) });

    private ScheduleHandle Handle(string name) => _client.GetScheduleHandle(IdOf(name));

    private string IdOf(string name) => PrefixOf(repositoryKey) + name;

    private static RpcOptions Options(CancellationToken stop) => new() { CancellationToken = stop };
}
